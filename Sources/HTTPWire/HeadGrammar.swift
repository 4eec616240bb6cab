// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What differs between the heads of requests and responses.
protocol HeadGrammar {
    associatedtype StartLine
    associatedtype Fault: Error

    /// Whether one empty line before the start line is skipped (RFC 9112 §2.2).
    static var skipsLeadingLine: Bool { get }
    /// Whether malformed heads are read that can still be understood in only one way: lines that
    /// end in a bare LF, folded fields, `_` in names, blanks before a colon.
    ///
    /// Only where every head is rewritten, for a reader that gets nothing else.
    static var isGenerous: Bool { get }
    /// Fields that never pass unchanged, and so not under a name with `_` for `-` either.
    static var protectedNames: KnownFieldSet { get }

    /// Reads a start line, a range of `bytes` without its CRLF.
    static func startLine(
        _ bytes: Span<UInt8>, _ line: Range<Int>, limits: Limits
    ) throws(Fault) -> StartLine

    static func fault(_ fault: SectionFault, at offset: Int) -> Fault
    /// The fault for a start line that does not end in CRLF.
    static func malformedStartLine(at offset: Int) -> Fault
}
