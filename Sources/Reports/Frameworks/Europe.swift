// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension ReportFramework {
    static let gdprControls = [
        ReportControl(
            "Art. 5(1)(f)", "Personal data are protected from use without a right, and from loss.",
            [.identified, .refused, .integrity], leaves: Leaves.behind),
        ReportControl(
            "Art. 5(2)", "The controller can show that the principles were kept.",
            [.readings, .reviews, .integrity, .completeness], leaves: Leaves.people),
        ReportControl(
            "Art. 15", "People get to know what is held about them.", [.exports],
            leaves:
                "That an export was for the person it is about, its purpose says, which is sealed."),
        ReportControl(
            "Art. 17", "People's data are erased where they have a right to that.",
            [.requests, .erasures],
            leaves: "What services hold is not erased by an erasure in this log."),
        ReportControl(
            "Art. 25", "Protection is built in: values are sealed, and opened with a purpose.",
            [.readings],
            leaves: "Which values are sealed is part of the form of records, not of this count."),
        ReportControl(
            "Art. 32(1)(b)", "Confidentiality, integrity and availability are kept up.",
            [.refused, .integrity, .completeness, .gaps], leaves: Leaves.elsewhere),
        ReportControl(
            "Art. 32(1)(d)", "Measures are tested and assessed regularly.", [.reviews],
            leaves: "A sign-off says that somebody looked, not how well."),
        ReportControl(
            "Art. 30", "There is a record of processing activities.", [], leaves: Leaves.people),
        ReportControl(
            "Art. 33", "Breaches are notified within 72 hours.", [], leaves: Leaves.people),
    ]

    static let doraControls = [
        ReportControl(
            "Art. 9(2)", "Availability, authenticity, integrity and confidentiality of data.",
            [.identified, .refused, .integrity], leaves: Leaves.behind),
        ReportControl(
            "Art. 9(4)(c)", "Logical access is limited to what is needed.", [.allowed, .refused],
            leaves: Leaves.grants),
        ReportControl(
            "Art. 9(4)(d)", "Strong authentication, and protection of keys.",
            [.identified, .unidentified, .signingKeys], leaves: Leaves.provider),
        ReportControl(
            "Art. 9(4)(e)", "Changes are recorded, tested, approved and verified.",
            [.configurations, .rejected], leaves: "Who approved a change is not in the log."),
        ReportControl(
            "Art. 10", "What is out of the ordinary is detected promptly.",
            [.refused, .limited, .reviews], leaves: Leaves.elsewhere),
        ReportControl(
            "2024/1774 Art. 12",
            "Logs are kept, protected from tampering, and their failure noticed.",
            [.integrity, .completeness, .gaps, .heartbeats], leaves: Leaves.elsewhere),
        ReportControl(
            "2024/1774 Art. 20", "Identities are unique, and managed over their lifetime.",
            [.identified, .accounts], leaves: Leaves.provider),
        ReportControl(
            "2024/1774 Art. 21", "Rights follow need to know, and are reviewed.",
            [.allowed, .refused, .reviews], leaves: Leaves.grants),
        ReportControl(
            "Art. 19", "Major incidents are reported to the authority.", [], leaves: Leaves.people),
        ReportControl(
            "Art. 28", "Risk from third parties is managed.", [], leaves: Leaves.people),
    ]

    static let nis2Controls = [
        ReportControl(
            "Art. 21(2)(b)", "Incidents are handled.", [.refused, .reviews],
            leaves: Leaves.people),
        ReportControl(
            "Art. 21(2)(f)", "It is assessed whether the measures work.", [.reviews, .integrity],
            leaves: "A sign-off says that somebody looked, not how well."),
        ReportControl(
            "Art. 21(2)(i)", "Access is controlled.", [.identified, .allowed, .refused],
            leaves: Leaves.behind),
        ReportControl(
            "Art. 21(2)(j)", "Authentication has more than one factor, or goes on.",
            [.identified, .unidentified], leaves: Leaves.provider),
        ReportControl(
            "2024/2690 Annex 3.2",
            "Activities are monitored, logged, and logs protected and reviewed.",
            [.allowed, .refused, .integrity, .completeness, .reviews], leaves: Leaves.elsewhere),
        ReportControl(
            "2024/2690 Annex 11.2", "Access rights are given, changed, removed and documented.",
            [.accounts, .configurations], leaves: Leaves.grants),
        ReportControl(
            "2024/2690 Annex 11.3", "Privileged accounts are used only for what they are for.",
            [.configurations, .signingKeys, .deniedRights], leaves: Leaves.elsewhere),
        ReportControl(
            "2024/2690 Annex 11.5", "Everybody has an identity of their own.", [.identified],
            leaves: "Whether several people share a key, the log cannot know."),
        ReportControl(
            "Art. 21(2)(a)", "There are policies on risk.", [], leaves: Leaves.people),
        ReportControl(
            "Art. 23", "Significant incidents are notified within 24 and 72 hours.", [],
            leaves: Leaves.people),
    ]
}
