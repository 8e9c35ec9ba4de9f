#!/bin/sh
echo ${X} %{ if } $${Y}
