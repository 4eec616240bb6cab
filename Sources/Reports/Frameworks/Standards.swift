// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension ReportFramework {
    static let iso27001Controls = [
        ReportControl(
            "A.5.15", "Access is controlled by rules.", [.allowed, .refused],
            leaves: Leaves.behind),
        ReportControl(
            "A.5.16", "Identities are managed over their whole life.", [.identified, .accounts],
            leaves: Leaves.provider),
        ReportControl(
            "A.5.18", "Rights are given, reviewed and removed.",
            [.accounts, .configurations, .reviews], leaves: Leaves.grants),
        ReportControl(
            "A.5.28", "Evidence is collected and preserved.", [.exports, .integrity],
            leaves: "What became of a pack once it was handed over is not in the log."),
        ReportControl(
            "A.5.33", "Records are protected from loss and falsification.",
            [.integrity, .completeness, .adoptions], leaves: Leaves.elsewhere),
        ReportControl(
            "A.5.34", "Personal data are protected.", [.readings, .requests, .erasures],
            leaves: "What services hold is not erased by an erasure in this log."),
        ReportControl(
            "A.8.2", "Privileged rights are restricted and managed.",
            [.configurations, .signingKeys, .deniedRights], leaves: Leaves.elsewhere),
        ReportControl(
            "A.8.3", "Access to information is restricted.", [.refused, .tagged],
            leaves: Leaves.behind),
        ReportControl(
            "A.8.5", "Authentication is secure.", [.identified, .unidentified, .failedLogins],
            leaves: Leaves.provider),
        ReportControl(
            "A.8.15", "Activity is logged, and logs are protected and analysed.",
            [.allowed, .refused, .integrity, .reviews], leaves: Leaves.elsewhere),
        ReportControl(
            "A.8.16", "Systems are watched for what is out of the ordinary.",
            [.refused, .heartbeats], leaves: Leaves.elsewhere),
        ReportControl("A.8.17", "Clocks are in step.", [.heartbeats], leaves: Leaves.clock),
        ReportControl(
            "A.8.32", "Changes follow a procedure.", [.configurations, .rejected],
            leaves: "Who approved a change is not in the log."),
        ReportControl("A.6.3", "People are trained.", [], leaves: Leaves.people),
    ]

    static let nist80053Controls = [
        ReportControl(
            "AC-2", "Accounts are made, changed, watched and removed.",
            [.accounts, .configurations],
            leaves: Leaves.grants),
        ReportControl(
            "AC-3", "Decisions on access are enforced.", [.allowed, .refused],
            leaves: Leaves.behind),
        ReportControl(
            "AC-6(9)", "The use of privileged functions is logged.",
            [.configurations, .signingKeys, .deniedRights], leaves: Leaves.elsewhere),
        ReportControl(
            "AC-7", "Unsuccessful logons are limited.", [.unidentified, .limited, .failedLogins],
            leaves: Leaves.provider),
        ReportControl(
            "AU-2, AU-12", "Events are chosen, and recorded.", [.allowed, .refused, .starts],
            leaves: Leaves.behind),
        ReportControl(
            "AU-3", "Records say what, when, where, from where, with what outcome and who.",
            [.identified],
            leaves: "Values of persons are sealed; who may open them sees them with a purpose."),
        ReportControl(
            "AU-5", "Failures of logging are noticed and answered.",
            [.heartbeats, .gaps, .completeness], leaves: Leaves.people),
        ReportControl(
            "AU-6", "Records are reviewed, analysed and reported.", [.reviews, .readings],
            leaves: "A sign-off says that somebody looked, not how well."),
        ReportControl(
            "AU-8", "Time stamps are of a known accuracy.", [.heartbeats], leaves: Leaves.clock),
        ReportControl(
            "AU-9, AU-9(3)", "Audit information is protected, by cryptography.",
            [.integrity, .signingKeys],
            leaves: "A change is found, not prevented; no witness outside has cosigned."),
        ReportControl(
            "AU-10", "Who did something cannot deny it.", [.identified, .integrity],
            leaves: Leaves.provider),
        ReportControl(
            "AU-11", "Records are kept as long as the policy says.", [.retention(12)],
            leaves: "Twelve months are taken here; your policy may say otherwise."),
        ReportControl(
            "CM-3", "Changes of configuration are controlled.", [.configurations, .rejected],
            leaves: "Who approved a change is not in the log."),
        ReportControl(
            "IA-2", "Users are identified and authenticated.", [.identified, .unidentified],
            leaves: Leaves.provider),
        ReportControl("PE-2", "Entry to facilities is authorised.", [], leaves: Leaves.people),
    ]
}
