// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension Result where Failure == any Error {
    /// The outcome of work whose failure must not keep what follows from being done.
    package static func of(_ work: () async throws -> Success) async -> Self {
        do {
            return .success(try await work())
        } catch {
            return .failure(error)
        }
    }
}
