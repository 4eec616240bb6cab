// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Why a console request is not answered as asked; becomes a problem page (RFC 9457).
struct ConsoleProblem: Error {
    let status: HTTPResponse.Status
    /// A sentence for people; nothing of the request is in it.
    let detail: String
    /// Fields that belong to the status, such as `Allow`.
    let fields: HTTPFields
    /// Where one can log in, if that helps: a path.
    let login: String?

    init(
        _ status: HTTPResponse.Status, _ detail: String, fields: HTTPFields = [:],
        login: String? = nil
    ) {
        self.login = login
        self.status = status
        self.detail = detail
        self.fields = fields
    }

    static let notFound = ConsoleProblem(.notFound, "There is nothing of this name.")
}
