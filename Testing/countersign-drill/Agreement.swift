// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat

/// How everything that judges a log must agree about one damage, and where differences have a reason. The reasons are
/// also in `Docs/Auditing/Damage.md`.
struct Agreement {
    let file: StoredFile
    let damage: JudgementDrill.Damage
    let hasJournal: Bool

    private var isNoFile: Bool { damage == .folder || damage == .pipe }

    /// Violations; empty if all agree.
    func faults(in judged: JudgementDrill.Judgements) -> [String] {
        var faults: [String] = []
        let (verifies, opens) = (judged.verify == 0, judged.refusal == nil)
        if isNoFile {
            if verifies { faults.append("verifies though it is no file") }
            if opens { faults.append("opens though it is no file") }
            // A folder in the place of a file has a mode like any folder: the doctor looks at who may write.
            if damage == .pipe, judged.doctor != "bad" { faults.append("the doctor sees no pipe") }
        } else if verifies != opens, reason(opens: opens) == nil {
            faults.append(opens ? "opens, and does not verify" : "verifies, and does not open")
        }
        // What is shown was checked against the signed tree; what is missing of evidence cannot be shown.
        if judged.tail == 0, judged.export != 0, !isDerived {
            faults.append("is shown, and cannot be exported")
        }
        return faults
    }

    private var isDerived: Bool { file == .offsets || file == .tree }

    /// Why the verifier and a start may differ.
    private func reason(opens: Bool) -> String? {
        switch file {
        case .offsets,
            .tree where opens:
            "derived files are made anew; that they are gone is worth a finding where no crash explains it"
        case .checkpoint where opens:
            "it is published anew; that it was changed is worth a finding"
        case .checkpoints where opens:
            "a start needs the newest ones only; the verifier misses those that were taken out"
        default: nil
        }
    }
}
