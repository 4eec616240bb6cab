// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import FuzzProperties
internal import Glibc

/// What libFuzzer calls with every input of its making.
///
/// The environment variable `COUNTERSIGN_FUZZ_TARGET` names the target; one program serves them all, so
/// that the sources are compiled once.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // Safe: libFuzzer hands over `count` bytes that live as long as the call.
    let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    do {
        try target.check(input)
    } catch {
        fatalError("\(target) \(error)")
    }
    return 0
}

private let target: FuzzTarget = {
    guard let name = unsafe getenv("COUNTERSIGN_FUZZ_TARGET"),
        let target = FuzzTarget(rawValue: unsafe String(cString: name))
    else { fatalError("COUNTERSIGN_FUZZ_TARGET names none of \(FuzzTarget.allCases)") }
    return target
}()
