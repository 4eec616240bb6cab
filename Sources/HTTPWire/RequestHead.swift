// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A request head that was understood in full and in one way only.
///
/// One buffer holds every byte; the rest are slices into it. The buffer is what was received with the
/// following made canonical in place, or behind the rest where that needs more room: ``target``, ``path``
/// and ``authority``. Two heap objects in all, however many fields there are.
package struct RequestHead: Sendable {
    /// How an absolute target says that the request came.
    package enum Scheme: UInt8, Sendable {
        case http
        case https
    }

    /// The whole head; slices of this head are ranges of it.
    package let bytes: [UInt8]
    package let method: RequestMethod
    /// The method as it stands in the request line.
    package let methodToken: ByteSlice
    package let version: HTTPVersion
    /// The canonical path, and `?` and the query if there is one; always in origin form.
    package let target: ByteSlice
    /// The canonical path, to be routed, forwarded and logged.
    package let path: ByteSlice
    package let pathTraits: CanonicalPath.Traits
    /// What follows the question mark, byte for byte as sent: no control byte, space or `#`.
    package let query: ByteSlice?
    /// The scheme of an absolute target; nil for the usual origin form.
    package let scheme: Scheme?
    /// Host and port in canonical form; empty for an HTTP/1.0 request that names none.
    package let authority: ByteSlice
    /// The host in lower case; an IPv6 address has its brackets.
    package let host: ByteSlice
    /// The port, if `Host` names one.
    package let port: UInt16?
    package let framing: BodyFraming
    /// Whether the client waits for `100 Continue` before it sends the body.
    package let expectsContinue: Bool
    /// Whether the client means to send another request on this connection (RFC 9112 §9.3).
    package let keepsAlive: Bool
    var section: FieldSection

    /// All fields in the order in which they came.
    package var fields: [FieldSlice] { section.fields }
}
