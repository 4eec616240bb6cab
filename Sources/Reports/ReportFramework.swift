// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A catalogue of demands that auditors ask by.
package enum ReportFramework: String, CaseIterable, Sendable {
    case soc2
    case hipaa
    case gdpr
    case pci
    case iso27001
    case sox
    case nist80053
    case dora
    case nis2

    /// What it is called, and in which edition.
    package var title: String {
        switch self {
        case .soc2: "SOC 2, Trust Services Criteria (2017, points of focus 2022)"
        case .hipaa: "HIPAA Security Rule, 45 CFR Part 164 Subpart C"
        case .gdpr: "GDPR, Regulation (EU) 2016/679"
        case .pci: "PCI DSS 4.0.1"
        case .iso27001: "ISO/IEC 27001:2022, Annex A"
        case .sox: "SOX, IT general controls over financial reporting"
        case .nist80053: "NIST SP 800-53 Revision 5"
        case .dora: "DORA, Regulation (EU) 2022/2554 with 2024/1774"
        case .nis2: "NIS 2, Directive (EU) 2022/2555 with Regulation 2024/2690"
        }
    }

    package var controls: [ReportControl] {
        switch self {
        case .soc2: Self.soc2Controls
        case .hipaa: Self.hipaaControls
        case .gdpr: Self.gdprControls
        case .pci: Self.pciControls
        case .iso27001: Self.iso27001Controls
        case .sox: Self.soxControls
        case .nist80053: Self.nist80053Controls
        case .dora: Self.doraControls
        case .nis2: Self.nis2Controls
        }
    }
}

/// Sentences on what a log leaves open, which several controls have.
enum Leaves {
    static let behind =
        "The log says what came through this proxy; who reaches the services beside it, it cannot know."
    static let grants =
        "Who approved that a key or an account was given is not in the log, only that it was."
    static let provider =
        "How people are identified is the identity provider's to show; the log has what it said."
    static let elsewhere = "Logs of other systems are not looked at."
    static let clock =
        "The difference from UTC is the host's own estimate, as its heartbeats say."
    static let people = "It takes people, plans or contracts, which no log holds."
}
