// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Catalog
import Foundation
import Testing

@testable import Server

@Suite("CatalogShare.Use: what the system says of a thread")
struct CatalogShareThreadTests {
    @Test("nanoseconds of running and of waiting are read from the kernel's line")
    func line() {
        #expect(
            CatalogShare.Use(schedstat: "359802 80660 17\n")
                == CatalogShare.Use(run: .nanoseconds(359_802), waited: .nanoseconds(80_660)))
    }

    @Test("another line is none", arguments: ["", "1 2", "1 2 3 4", "1 x 3", "-"])
    func others(_ line: String) { #expect(CatalogShare.Use(schedstat: line) == nil) }

    @Test("the thread that asks is the one that is told of")
    func thread() throws {
        // Kernels without scheduler statistics have no such file.
        guard FileManager.default.fileExists(atPath: "/proc/thread-self/schedstat") else { return }
        let before = try #require(CatalogShare.Use.ofThisThread)
        var sum: UInt64 = 0
        // Until the kernel has counted some of it, which it does at least at each of its ticks.
        var now = before
        while now.run == before.run {
            for number in 0..<100_000 { sum &+= UInt64(number) }
            now = try #require(CatalogShare.Use.ofThisThread)
        }
        #expect(sum > 0)
    }
}
