// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension ReportFramework {
    static let soc2Controls = [
        ReportControl(
            "CC4.1", "Controls are looked at again and again, and somebody judges what is found.",
            [.reviews, .integrity], leaves: "A sign-off says that somebody looked, not how well."),
        ReportControl(
            "CC6.1", "Only those with a right come to information, and that is enforced.",
            [.identified, .allowed, .refused], leaves: Leaves.behind),
        ReportControl(
            "CC6.2", "Users are registered before they get credentials, and lose them in time.",
            [.accounts, .configurations], leaves: Leaves.grants),
        ReportControl(
            "CC6.3", "Rights follow roles and least privilege, and change with them.",
            [.allowed, .refused, .configurations], leaves: Leaves.grants),
        ReportControl(
            "CC6.6", "What comes from outside is kept off by measures at the boundary.",
            [.unidentified, .limited], leaves: Leaves.behind),
        ReportControl(
            "CC7.2", "Systems are watched for what is out of the ordinary.",
            [.refused, .heartbeats, .completeness], leaves: Leaves.elsewhere),
        ReportControl(
            "CC7.3", "Events are judged, and it is decided whether they are incidents.",
            [.reviews], leaves: "What was decided is in the note of a sign-off, which is sealed."),
        ReportControl(
            "CC8.1", "Changes are authorised, documented, and tested before they take effect.",
            [.configurations, .rejected], leaves: "Who authorised a change is not in the log."),
        ReportControl(
            "CC9.2", "Risks from vendors and partners are assessed.", [], leaves: Leaves.people),
    ]

    static let soxControls = [
        ReportControl(
            "ITGC 1: access to programs and data",
            "Only those with a right come to systems that feed the financial reports.",
            [.identified, .allowed, .refused], leaves: Leaves.behind),
        ReportControl(
            "ITGC 1: granting and removing", "Access is given and taken in an orderly way.",
            [.accounts, .configurations], leaves: Leaves.grants),
        ReportControl(
            "ITGC 1: privileged access", "What administrators do is recorded and looked at.",
            [.configurations, .signingKeys, .readings, .reviews], leaves: Leaves.elsewhere),
        ReportControl(
            "ITGC 2: program changes", "Changes take effect in an orderly way.",
            [.configurations, .rejected],
            leaves: "Changes of the services themselves are not in this log."),
        ReportControl(
            "ITGC 3: operations", "Processing goes on, and what fails is noticed.",
            [.heartbeats, .starts, .gaps, .completeness], leaves: Leaves.elsewhere),
        ReportControl(
            "Section 404: review", "Management looks at controls in every period.",
            [.reviews], leaves: "A sign-off says that somebody looked, not how well."),
        ReportControl(
            "Section 802: records", "Records are kept, and nobody alters them.",
            [.integrity, .retention(84), .adoptions],
            leaves: "Whether seven years are kept from now on is a matter of storage."),
        ReportControl(
            "Section 302: certification", "Officers certify the reports.", [],
            leaves: Leaves.people),
    ]
}
