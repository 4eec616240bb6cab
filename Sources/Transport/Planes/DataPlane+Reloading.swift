// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Access

extension DataPlane {
    /// Puts other rules in force, and what each plane was given before: all of it for requests
    /// that begin from now on, or none.
    ///
    /// Requests under way finish as they began. Connections stay open.
    package func reload(_ rules: ExchangeRules) async throws(DataPlaneFault) {
        do {
            try await onEachLane { $0.adopt(rules) }
        } catch {
            throw DataPlaneFault(
                .stopped, "The data plane has stopped; restart the process.", cause: error)
        }
    }
}
