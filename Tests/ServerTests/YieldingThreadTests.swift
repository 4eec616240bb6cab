// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Testing

@testable import Server

@Suite struct `A thread that yields to all others` {
    @Test func `ends after the work in progress, if that ends soon`() async {
        let thread = YieldingThread(named: "test")
        let mayEnd = DispatchSemaphore(value: 0)
        // What has not begun is not waited for.
        await withCheckedContinuation { begun in
            thread.submit { _ in
                begun.resume()
                mayEnd.wait()
            }
        }
        // On a busy host that work may take forever, and the server ends all the same.
        #expect(await !thread.stop(within: .milliseconds(1)))
        mayEnd.signal()
        let other = YieldingThread(named: "test")
        other.submit { _ in }
        #expect(await other.stop(within: .seconds(3600)))
    }
}
