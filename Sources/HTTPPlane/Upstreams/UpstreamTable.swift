// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Policy

/// Where the services of one rulebook are, on one event loop.
///
/// A request keeps the table with which it began: a reload brings another one.
final class UpstreamTable {
    private let pools: [UpstreamPool]

    init(pools: [UpstreamPool]) { self.pools = pools }

    subscript(service: ServiceIndex) -> UpstreamPool { pools[service.value] }

    /// A table of other targets that reuses the pools of unchanged ones.
    func replaced(by targets: [UpstreamTarget], in http: HTTPLane) -> UpstreamTable {
        var left = pools
        let next = targets.map { target in
            guard
                let same = left.firstIndex(where: {
                    $0.target.configuration == target.configuration
                })
            else { return UpstreamPool(target: target, http) }
            return left.remove(at: same)
        }
        for pool in left { pool.retire() }
        return UpstreamTable(pools: next)
    }
}
