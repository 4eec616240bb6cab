// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import CSHA256

/// Which processor instructions hash leaves and nodes side by side.
///
/// Every path gives the same result. Only tests and benchmarks choose one.
package enum HashingPath: CaseIterable, Sendable {
    case portable
    case avx2
    case shaInstructions
    case avx512

    /// The fastest one that this processor has.
    package static var best: HashingPath { HashingPath(csha256_best_path()) }

    /// Those that this processor has.
    package static var available: [HashingPath] {
        allCases.filter { csha256_has_path($0.number) != 0 }
    }

    private init(_ number: csha256_path) {
        switch number {
        case CSHA256_AVX2: self = .avx2
        case CSHA256_INSTRUCTIONS: self = .shaInstructions
        case CSHA256_AVX512: self = .avx512
        default: self = .portable
        }
    }

    var number: csha256_path {
        switch self {
        case .portable: CSHA256_PORTABLE
        case .avx2: CSHA256_AVX2
        case .shaInstructions: CSHA256_INSTRUCTIONS
        case .avx512: CSHA256_AVX512
        }
    }
}

/// The byte before the bytes of a leaf, and the one before those of a node (RFC 6962 §2.1).
enum HashPrefix {
    static let leaf: UInt8 = 0x00
    static let node: UInt8 = 0x01
}
