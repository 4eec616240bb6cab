// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import HTTPPlane
import Transport
package import Messages

extension Assembly {
    /// Reads every file and builds everything that a server builds from them, without opening anything.
    ///
    /// - Returns: this, and what was skipped.
    @discardableResult
    package func check() throws(CommandFailure) -> Rules {
        let rules = try rules(
            generation: 1, digestKey: SymmetricKey(size: .bits256), after: nil)
        let configuration = HTTPPlaneConfiguration(
            listeners: try listeners(), upstreams: try upstreams())
        do throws(DataPlaneFault) {
            _ = try HTTPPlane(configuration, rules: rules.exchange)
        } catch {
            throw CommandFailure(.usage, "\(error.description)")
        }
        return rules
    }
}
