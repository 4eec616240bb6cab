// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The result of checking a proof.
package enum ProofVerdict: Hashable, Sendable {
    /// The proof holds.
    case holds
    /// The old tree is empty and the new one is not: every tree extends the empty one, so the proof is
    /// right and shows nothing. Whoever accepts it has other grounds to trust the new root.
    case vacuous
    /// The leaf's index is not in a tree of that size, or the new tree is smaller than the old one.
    case outsideTree
    /// There are more or fewer hashes than a proof between these positions has.
    case wrongLength
    /// The hashes lead to another root.
    case rootMismatch
}
