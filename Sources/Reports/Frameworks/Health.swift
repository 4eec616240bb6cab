// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension ReportFramework {
    static let hipaaControls = [
        ReportControl(
            "164.308(a)(1)(ii)(D)", "Records of activity are reviewed regularly.",
            [.reviews, .readings], leaves: "A sign-off says that somebody looked, not how well."),
        ReportControl(
            "164.308(a)(4)", "Access to health information is authorised.",
            [.allowed, .refused, .tagged], leaves: Leaves.grants),
        ReportControl(
            "164.308(a)(5)(ii)(C)", "Logins are monitored, and failed ones noticed.",
            [.unidentified, .logins, .failedLogins], leaves: Leaves.provider),
        ReportControl(
            "164.308(a)(6)(ii)", "Incidents are answered and documented.", [.reviews],
            leaves: Leaves.people),
        ReportControl(
            "164.312(a)(1)", "Only those who were given access come in.",
            [.identified, .refused], leaves: Leaves.behind),
        ReportControl(
            "164.312(a)(2)(i)", "Everybody has a name or number of their own.", [.identified],
            leaves: "Whether several people share a key, the log cannot know."),
        ReportControl(
            "164.312(b)", "Activity in systems with health information is recorded.",
            [.allowed, .refused, .completeness, .gaps], leaves: Leaves.behind),
        ReportControl(
            "164.312(c)(1)", "Information is not altered or destroyed improperly.",
            [.integrity, .changes],
            leaves:
                "The log is what was checked; the health information itself is with its services."),
        ReportControl(
            "164.312(d)", "Whoever seeks access is who they say.",
            [.identified, .unidentified], leaves: Leaves.provider),
        ReportControl(
            "164.316(b)(2)(i)", "Documentation is kept for six years.", [.retention(72)],
            leaves: "Whether six years are kept from now on is a matter of storage."),
        ReportControl(
            "164.310", "Facilities and workstations are protected.", [], leaves: Leaves.people),
    ]

    static let pciControls = [
        ReportControl(
            "7.2.1", "Access is by need, and by a model that says so.", [.allowed, .refused],
            leaves: Leaves.grants),
        ReportControl(
            "8.2.1", "Everybody has an id of their own before they get access.", [.identified],
            leaves: "Whether several people share a key, the log cannot know."),
        ReportControl(
            "10.2.1.1", "Each access of a person to cardholder data is recorded.",
            [.identified, .tagged], leaves: Leaves.behind),
        ReportControl(
            "10.2.1.2", "What administrators do is recorded.",
            [.configurations, .accounts, .signingKeys], leaves: Leaves.elsewhere),
        ReportControl(
            "10.2.1.3", "Each access to audit logs is recorded.", [.readings, .exports],
            leaves: "Whoever copies the files of the log on its host leaves no record."),
        ReportControl(
            "10.2.1.4", "Invalid attempts are recorded.",
            [.refused, .unidentified, .failedLogins], leaves: Leaves.behind),
        ReportControl(
            "10.2.1.5", "Changes to credentials are recorded.", [.accounts, .configurations],
            leaves: Leaves.provider),
        ReportControl(
            "10.2.1.6", "Starting, stopping and pausing of logs is recorded.", [.starts, .gaps],
            leaves: Leaves.elsewhere),
        ReportControl(
            "10.3.2", "Audit logs are protected from being modified.", [.integrity],
            leaves: "A change is found, not prevented; no witness outside has cosigned."),
        ReportControl(
            "10.3.4",
            "Change detection makes sure that existing log data cannot be changed unnoticed.",
            [.integrity, .completeness], leaves: Leaves.elsewhere),
        ReportControl(
            "10.4.1", "Audit logs are reviewed at least once daily.", [.reviews],
            leaves: "Whether there is one for every day can be seen from the sign-offs themselves."),
        ReportControl(
            "10.5.1", "Audit log history is kept for twelve months.", [.retention(12)],
            leaves: "Whether twelve months are kept from now on is a matter of storage."),
        ReportControl(
            "10.6.1", "Clocks are in step.", [.heartbeats], leaves: Leaves.clock),
        ReportControl(
            "10.7.2", "Failures of critical controls are noticed and answered.",
            [.heartbeats, .gaps, .completeness], leaves: Leaves.people),
        ReportControl(
            "9.2", "Entry to facilities is controlled.", [], leaves: Leaves.people),
    ]
}
