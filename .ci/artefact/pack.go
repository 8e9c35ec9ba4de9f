package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"io"
	"io/fs"
	"path"
	"time"
)

// file is a file of an archive, or a directory.
type file struct {
	name string // with slashes, relative
	mode fs.FileMode
	data []byte
}

// writeTar writes a tar archive in which all is of one time and owned by root.
func writeTar(w io.Writer, files []file, when time.Time) error {
	archive := tar.NewWriter(w)
	for _, f := range files {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: f.name, Size: int64(len(f.data)),
			ModTime: when, Format: tar.FormatUSTAR,
		}
		if f.mode.IsDir() {
			header.Typeflag, header.Name = tar.TypeDir, f.name+"/"
		}
		header.Mode = int64(f.mode.Perm())
		if f.mode&fs.ModeSticky != 0 {
			header.Mode |= 0o1000
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(f.data); err != nil {
			return err
		}
	}
	return archive.Close()
}

// writeTarGz writes a compressed tar archive.
func writeTarGz(w io.Writer, files []file, when time.Time) error {
	compressed := gzip.NewWriter(w)
	if err := writeTar(compressed, files, when); err != nil {
		return err
	}
	return compressed.Close()
}

// writeZip writes a zip archive in which all is of one time.
func writeZip(w io.Writer, files []file, when time.Time) error {
	archive := zip.NewWriter(w)
	for _, f := range files {
		header := &zip.FileHeader{Name: path.Clean(f.name), Method: zip.Deflate, Modified: when}
		header.SetMode(f.mode)
		content, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := content.Write(f.data); err != nil {
			return err
		}
	}
	return archive.Close()
}
