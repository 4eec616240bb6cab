// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension DataPlaneConfiguration {
    /// Checks, without opening anything, whether certificates, keys and names can be used.
    package func check() throws(DataPlaneFault) {
        for listener in listeners {
            guard let tls = listener.tls else { continue }
            _ = try ServerTLS(tls, listener)
        }
        for upstream in upstreams { _ = try UpstreamTarget(upstream) }
    }
}
