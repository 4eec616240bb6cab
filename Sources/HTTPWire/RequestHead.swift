// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// A request head that was understood in full and in only one way.
///
/// One buffer holds every byte; the rest are slices into it. The buffer is what was received, with
/// the following made canonical in place, or after the rest if more room is needed: ``target``,
/// ``path`` and ``authority``. Only its parser changes it, and only while nobody else has it. An
/// object, so that passing it on costs nothing; it serves one request after another.
package final class RequestHead {
    /// The scheme of an absolute target.
    package enum Scheme: UInt8, Sendable {
        case http
        case https
    }

    /// The whole head; slices of this head are ranges of it.
    package internal(set) var bytes: [UInt8] = []
    package internal(set) var method = Method.get
    /// The method as in the request line.
    package internal(set) var methodToken = ByteSlice.none
    package internal(set) var version = HTTPVersion.http11
    /// The canonical path, and `?` and the query if there is one; always in origin form.
    package internal(set) var target = ByteSlice.none
    /// The canonical path, to be routed, forwarded and logged.
    package internal(set) var path = ByteSlice.none
    package internal(set) var pathTraits: CanonicalPath.Traits = []
    /// The path as it was sent, if that is not the canonical one; nothing but records has it.
    package internal(set) var originalPath: ByteSlice?
    /// What follows the question mark, byte for byte as sent: no control byte, space or `#`.
    package internal(set) var query: ByteSlice?
    /// The scheme of an absolute target; nil for the usual origin form.
    package internal(set) var scheme: Scheme?
    /// Host and port in canonical form; empty for an HTTP/1.0 request that names none.
    package internal(set) var authority = ByteSlice.none
    /// The host in lower case; an IPv6 address has its brackets.
    package internal(set) var host = ByteSlice.none
    /// The port, if `Host` names one.
    package internal(set) var port: UInt16?
    package internal(set) var framing = BodyFraming.none
    /// Whether the client waits for `100 Continue` before it sends the body.
    package internal(set) var expectsContinue = false
    /// Whether the client means to send another request on this connection (RFC 9112 §9.3).
    package internal(set) var keepsAlive = false
    var section = FieldSection()
    /// Where the first field was when the fields were interpreted.
    var firstField = 0

    init() {}

    /// All fields in the order received.
    package var fields: [FieldSlice] { section.fields }

    /// The same head, to be changed.
    func copy() -> RequestHead {
        let copy = RequestHead()
        copy.bytes = bytes
        copy.method = method
        copy.methodToken = methodToken
        copy.version = version
        copy.target = target
        copy.path = path
        copy.pathTraits = pathTraits
        copy.originalPath = originalPath
        copy.query = query
        copy.scheme = scheme
        copy.authority = authority
        copy.host = host
        copy.port = port
        copy.framing = framing
        copy.expectsContinue = expectsContinue
        copy.keepsAlive = keepsAlive
        copy.section = section
        copy.firstField = firstField
        return copy
    }
}
