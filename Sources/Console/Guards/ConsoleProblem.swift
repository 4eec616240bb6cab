// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import HTTPTypes

/// Why a console request is not answered as asked; becomes a problem page (RFC 9457).
package struct ConsoleProblem: Error {
    package let status: HTTPResponse.Status
    /// A sentence for people; nothing of the request is in it.
    package let detail: String
    /// What programs tell the problem by; it never changes its meaning.
    package let code: String
    /// Fields that belong to the status, such as `Allow`.
    package let fields: HTTPFields
    /// Where one can log in, if that helps: a path.
    package let login: String?
    /// Whatever else belongs to the code, such as where in a text something is wrong.
    package let members: [JSONMember]

    /// - Parameter code: nil for what the status says already.
    package init(
        _ status: HTTPResponse.Status, _ detail: String, code: String? = nil,
        fields: HTTPFields = [:], login: String? = nil, members: [JSONMember] = []
    ) {
        self.login = login
        self.code = code ?? Self.code(of: status)
        self.members = members
        self.status = status
        self.detail = detail
        self.fields = fields
    }

    package static let notFound = ConsoleProblem(.notFound, "There is nothing of this name.")

    /// What leaves: a page as of RFC 9457.
    var page: [UInt8] {
        var text: [UInt8] = []
        CanonicalJSON.append(
            .object(
                [JSONMember("code", .string(code)), JSONMember("detail", .string(detail))] + members
                    + (login.map { [JSONMember("login", .string($0))] } ?? []) + [
                        JSONMember("status", .integer(Int64(status.code))),
                        JSONMember("title", .string(status.reasonPhrase)),
                        JSONMember("type", .string("about:blank")),
                    ]), to: &text)
        return text
    }

    /// The status in words: `not_found`.
    private static func code(of status: HTTPResponse.Status) -> String {
        status.reasonPhrase.lowercased().replacing(" ", with: "_")
    }
}
