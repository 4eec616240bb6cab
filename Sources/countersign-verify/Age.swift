// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Verification

/// A length of time on the command line: a number and `s`, `m`, `h` or `d`.
struct Age: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        guard let duration = Duration(age: argument) else { return nil }
        self.duration = duration
    }
}
