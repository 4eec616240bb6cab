// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What generated messages are made of.
enum Words {
    static let methods = ["GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
    static let strangeMethods = [
        "PROPFIND", "M-SEARCH", "QUERY", "REPORT", "BREW", "X-Y", "TRACE", "CONNECT", "get", "PRI",
        "SOURCE", "GETS", "A",
    ]
    /// What the stock decoder reads as a method of HTTP/1.
    static let methodsOfStock: Set = [
        "DELETE", "GET", "HEAD", "POST", "PUT", "CONNECT", "OPTIONS", "TRACE", "COPY", "LOCK",
        "MKCOL",
        "MOVE", "PROPFIND", "PROPPATCH", "SEARCH", "UNLOCK", "BIND", "REBIND", "UNBIND", "ACL",
        "REPORT",
        "MKACTIVITY", "CHECKOUT", "MERGE", "M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE",
        "PATCH",
        "PURGE", "MKCALENDAR", "LINK", "UNLINK", "SOURCE", "QUERY",
    ]
    static let otherVersions = [
        "HTTP/1.0", "HTTP/1.0", "HTTP/1.0", "HTTP/1.0", "HTTP/1.2", "HTTP/0.9", "http/1.1", "",
    ]
    static let hosts = [
        "a", "API.Example.com", "a:80", "a.example:8080", "[::1]", "[2001:DB8::1]:443", "127.0.0.1",
        "x_y.example", "A:1",
    ]
    static let strangeHosts = [
        "a b", "", "a:0", "user@a", "a, b", "a.",
    ]
    static let pathPieces = [
        "a", "v1", "%41", "%7e", "%7E", "~", "%3a", ":", "%C3%A9", "%20", "x.y", "-", "@", "!",
        "$&'()*+,=",
    ]
    static let strangePathPieces = [
        ".", "%25", "%2f", "..", "%2e", ";p", "%00", "%zz", "%c0%af", "\u{E9}", "|",
    ]
    static let queries = [
        "", "a=b", "a=%2f&b=%00", "?x?y", "a[]=1", "{}|^`\"<>", "a;b", "x=/../",
    ]
    static let strangeQueries = [
        "#f", "\\", "é", "a b",
    ]
    static let requestFields = [
        "Accept", "X-A", "x-a", "X-API-KEY", "Cookie", "X-Forwarded-For", "Connection",
        "Connection", "Authorization", "User-Agent", "Range", "If-Match", "Via", "TE", "Trailer",
        "Upgrade", "Keep-Alive", "Proxy-Connection", "x!#$%&'*+-.^`|~9",
    ]
    static let strangeRequestFields = [
        "A_B", "Expect", "A B", "", "Host",
    ]
    static let responseFields = [
        "Server", "Set-Cookie", "Set-Cookie", "Content-Type", "Date", "ETag", "Connection", "Vary",
        "X-B", "Location", "Age", "Upgrade", "Proxy-Connection", "Trailer",
    ]
    static let strangeResponseFields = [
        "A_B", "A B", "", "Content-Length", "\u{E9}",
    ]
    static let trailers = ["X-T", "Host", "Authorization", "X-Forwarded-For"]
    static let strangeTrailers = ["Content-Length", "Transfer-Encoding", "Connection", "A_B", ""]
    static let connections = [
        "close", "keep-alive", "Close", "KEEP-ALIVE", "x-a", "close, x-a", "x-a,keep-alive",
        "upgrade", "Upgrade, close", "keep-alive, close", ", close ,", "", "closed", "keep-alive\t",
        "x-a, close, x-b",
    ]
    static let strangeConnections = [
        "host", "clos e", "Authorization", "\"close\"",
    ]
    static let values = [
        "", "1", "*/*", "a, b;q=0.5", "a\tb", "a  b", "\"quoted \\\" text\"", "x: y",
        "100-continue", "h2c", "chunked", "(~!@#$%^&*)", "[1,2]", "close",
    ]
    static let strangeValues = [
        "\u{1}", "\u{7F}", "é", "\u{80}\u{FF}", "\r", "a\nb",
    ]
    static let strangeLengths = [
        "+5", "-1", "05", "5, 5", "5,6", "0x5", "5 5", "", "18446744073709551616",
        "9007199254740992", "9007199254740993", "1e1", "5;", "\u{B2}",
    ]
    static let strangeCodings = [
        "gzip, chunked", "chunked, gzip", "chunked,chunked", "chunked;q=1", ", chunked", "identity",
        "xchunked", "chunked\t", "\"chunked\"", "",
    ]
    static let statuses = [
        "200 OK", "200", "200 ", "204 No Content", "304 Not Modified", "404 Not Found",
        "500 \u{E9}", "301 Moved: x", "206 a\tb",
    ]
    static let strangeStatuses = [
        "101 Switching Protocols", "299 \u{1}", "999 X", "20 X", "0200 OK", "2000 OK",
    ]
    static let contents = [
        "a", "hello world", "0\r\n\r\n", "GET /x HTTP/1.1\r\n\r\n", "\r\n", "\n", "\u{0}\u{FF}",
        "0123456789abcdef0123456789ABCDEF", "}", " ",
    ]
    static let chunkExtensions = [
        ";a", ";a=b", ";a;b=c",
    ]
    static let strangeChunkExtensions = [
        " ;a", ";a=\"q\"", ";", ";=", "; a=b", ";a=", ";a =b",
        ";" + String(repeating: "x", count: 300), " ", "\t",
    ]
    static let spice = [
        "\r\n", "\n", "\r", " ", "\t", "\u{0}", ":", ",", ";", "=", "?", "#", "%2e", "%2F", "//",
        "_",
        "\u{FF}", "\u{80}", "0", "1", "f", "g", "\r\n\r\n", "\n\n", "\r\r", "\r\n ", "\r\n\t",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", " : ", "HTTP/1.1",
        "Connection: close\r\n", "Connection: upgrade\r\nUpgrade: x\r\n", "0\r\n\r\n", "5\r\n",
        "Content-Length : 5\r\n", "\u{B}chunked",
    ]
}
