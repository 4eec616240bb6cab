// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Queries and what is made of them: the golden table that `Docs/Using/Query.md` prints.
enum QuerySamples {
    /// A query as people write it, its canonical text, and what that shows.
    struct Sample: CustomStringConvertible, Sendable {
        let text: String
        let canonical: String
        let meaning: String

        init(_ text: String, _ canonical: String, _ meaning: String) {
            self.text = text
            self.canonical = canonical
            self.meaning = meaning
        }

        var description: String { text }
    }

    static let all: [Sample] = [
        Sample("", "*", "everything"),
        Sample("*", "*", "the same"),
        Sample("invoices", "invoices", "a part of action, service, route, reason or opaque id"),
        Sample(#""rate limited""#, #""rate limited""#, "the words as they stand"),
        Sample("status:404 service:billing", "service:billing status:404", "both"),
        Sample("status:404 AND service:billing", "service:billing status:404", "the same"),
        Sample("status:404 OR service:billing", "service:billing OR status:404", "either"),
        Sample(
            "a OR b c", "a OR b c", "AND binds more tightly: `a`, or both `b` and `c`"),
        Sample("(a OR b) c", "(a OR b) c", "`c`, and either `a` or `b`"),
        Sample("-service:billing", "-service:billing", "any other service, and none"),
        Sample("NOT service:billing", "-service:billing", "the same"),
        Sample("-(a b)", "-(a b)", "not both"),
        Sample("rate-limited", "rate-limited", "a dash within a word is a dash"),
        Sample(#""-x""#, #""-x""#, "one at the beginning of a quoted word as well"),
        Sample(#"\-x"#, #""-x""#, "and an escaped one"),
        Sample("Service:Billing-API", "service:billing-api", "letters of names are alike"),
        Sample("rule:R-12", "rule:R-12", "those of ids are not"),
        Sample("service:bill*", "service:bill*", "begins so"),
        Sample(#"service:"bill*""#, "service:bill*", "quotation marks only group"),
        Sample(#"service:"bill"*"#, "service:bill*", "wherever they end"),
        Sample(#"rule:"a \* b""#, #"rule:"a \* b""#, "an escaped star is a star"),
        Sample("service:*", "service:*", "there is one"),
        Sample("has:service", "service:*", "the same"),
        Sample("-has:service", "-service:*", "there is none"),
        Sample("has:who", "has:who", "the record commits to values of that group"),
        Sample("status:5xx", "status:500..599", "a class of statuses"),
        Sample("status:>=400", "status:>=400", "from there on"),
        Sample("status:400..403", "status:400..403", "both ends belong to it"),
        Sample("status:(404 OR 5xx)", "status:(404 OR 500..599)", "one of several values"),
        Sample("size:>1mb", "size:>1mb", "more than 1,000,000 bytes"),
        Sample("size:64kib", "size:64kib", "65,536 bytes"),
        Sample("dur:>500ms", "dur:>500ms", "longer than half a second"),
        Sample("index:1000..2000", "index:1000..2000", "places in the log"),
        Sample("ip:10.0.0.0/8", "ip:10.0.0.0/8", "a network"),
        Sample("ip:2001:DB8::7", "ip:2001:db8::7", "an address, however it is written"),
        Sample(
            "created:2026-11-01..2026-11-30",
            "created:2026-11-01T00:00:00.000000Z..2026-11-30T23:59:59.999999Z",
            "all of November, its last day included"),
        Sample(
            "created:yesterday",
            "created:2026-11-29T00:00:00.000000Z..2026-11-29T23:59:59.999999Z",
            "all of the day before"),
        Sample(
            "since:2h", "created:>=2026-11-30T10:00:00.000000Z",
            "from two hours before the query on"),
        Sample(
            "until:2026-11-29", "created:<=2026-11-29T23:59:59.999999Z",
            "up to the end of that day"),
        Sample(
            "until:2026-11-29T13:00:00Z", "created:<=2026-11-29T12:59:59.999999Z",
            "before that moment"),
        Sample(
            "since:2026-11-29T13:00:00+02:00", "created:>=2026-11-29T11:00:00.000000Z",
            "in another zone"),
        Sample(
            "is:denied", "decision:(challenge OR deny OR limit)", "a shorthand for alternatives"),
        Sample("is:breakglass", "action:breakglass.*", "for a beginning"),
        Sample(
            #"actor:"Ada Lovelace""#, #"actor:"ada lovelace""#,
            "a name, in letters of either case; personal"),
        Sample("path:/v1/invoices/*", "path:/v1/invoices/*", "paths below; personal"),
        Sample(
            "path:/v1//invoices%2F4711/", "path:/v1/invoices/4711",
            "a path, however it was written; personal"),
        Sample(
            "rawpath:/v1//invoices", "rawpath:/v1//invoices", "a path as written; personal"),
        Sample("label.team:Blue", "label.team:blue", "an operator's label"),
        Sample("tag:pii -is:admin", "-category:admin tag:pii", "sorted"),
    ]
}
