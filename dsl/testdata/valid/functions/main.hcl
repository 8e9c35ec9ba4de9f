release "functions" {}

output "all" {
  value = {
    alltrue    = [alltrue([true, "true"]), alltrue([]), alltrue([true, null])]
    anytrue    = [anytrue([false, true]), anytrue([])]
    base64     = base64encode("hi") == "aGk=" && base64decode("aGk=") == "hi"
    basename   = "${dirname("a/b.c")} ${basename("a/b.c")}"
    cidr       = [cidrhost("10.0.0.0/16", 258), cidrhost("10.0.0.0/16", -1), cidrsubnet("10.0.0.0/16", 8, 3), cidrnetmask("10.0.0.0/12"), cidrsubnet("fd00::/48", 16, 5)]
    contains   = contains(["a"], "a")
    csv        = csvdecode("a,b\n1,2\n")
    format     = format("%05.1f %s %d %q", 3.14159, "x", 7, "q")
    formatdate = formatdate("YYYY-MM-DD", timeadd("2020-02-28T23:00:00Z", "2h"))
    hashes     = [md5("x"), sha1("x"), sha256("x"), substr(sha512("x"), 0, 8), base64sha256("x"), substr(base64sha512("x"), 0, 8)]
    index      = index(["a", "b"], "b")
    json       = jsonencode(jsondecode("{\"big\": 9007199254740993, \"s\": \"0123\"}"))
    length     = [length("ab"), length([1]), length({ a = 1 }), length(toset(["a", "a"]))]
    lookup     = [lookup({ a = 1 }, "a", 2), lookup({ a = 1 }, "b", 2)]
    merge      = merge({ a = 1 }, { b = 2 })
    one        = [one([1]), one([])]
    replace    = [replace("a.b.c", ".", "-"), replace("a1b22", "/[0-9]+/", "#")]
    predicates = [startswith("abc", "ab"), endswith("abc", "bc"), strcontains("abc", "b")]
    sum        = sum([1, 2.5, "3"])
    sets       = setunion(["a"], ["b"])
    template   = templatefile("hello.tmpl", { name = "world", list = [1, 2] })
    trim       = [trimprefix("xa", "x"), trimsuffix("ax", "x"), trimspace(" a "), trim("xax", "x"), chomp("a\n")]
    urlencode  = urlencode("a b&c")
    uuidv5     = [uuidv5("dns", "www.example.com"), uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")]
    yaml       = yamldecode("a: [1, x]\nb: 0123")
    zipmap     = zipmap(["a", "b"], [1, 2])
    exists     = [fileexists("hello.tmpl"), fileexists("nope")]
    range      = [range(3), reverse([1, 2]), slice([1, 2, 3], 1, 2), sort(["b", "a"]), flatten([[1], [2]]), distinct([1, 1])]
    to         = [tostring(1), tonumber("1"), tobool("true"), tolist(["a"]), tomap({ a = 1 })]
    math       = [abs(-1), ceil(1.2), floor(1.8), max(1, 2), min(1, 2), pow(2, 10), log(8, 2), signum(-3), parseint("ff", 16)]
    regex      = [regex("[a-z]+", "12ab"), regexall("[0-9]", "1a2")]
    strings    = [upper("a"), lower("A"), title("a b"), join(",", ["a"]), split(",", "a,b"), indent(2, "a\nb"), strrev("ab"), compact(["a", ""]), concat([1], [2])]
  }
}
