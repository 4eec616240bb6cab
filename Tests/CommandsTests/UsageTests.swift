// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Commands
import Messages
import Testing

@Suite("Usage errors")
struct UsageTests {
    @Test("A mistyped command ends with 2 and the one that was meant")
    func typo() async {
        let run = await CommandRun.of("chekc")
        #expect(run.status == .usage)
        #expect(run.output.isEmpty)
        #expect(run.messages.contains("did you mean `check`?"))
    }

    @Test("A mistyped command below another is found there")
    func deepTypo() async {
        let run = await CommandRun.of("key", "exprot-public")
        #expect(run.status == .usage)
        #expect(run.messages.contains("did you mean `export-public`?"))
        #expect(run.messages.contains("`countersign key --help`"))
    }

    @Test("help of what is no command ends with 2 and the one that was meant")
    func helpTypo() async {
        for words in [["nothing"], ["verify", "nothing"], ["version", "nothing"]] {
            let run = await CommandRun.of(["help"] + words)
            #expect(run.status == .usage, "\(words)")
            #expect(run.output.isEmpty)
        }
        #expect(await CommandRun.of("help", "log", "tial").messages.contains("`tail`"))
        #expect(await CommandRun.of("help", "log", "tail").output.hasPrefix("OVERVIEW:"))
        #expect(await CommandRun.of("help").status == .success)
    }

    @Test("An option that takes one value is given once, by whatever name")
    func repeated() async {
        for words in [
            ["--actor", "a", "--actor", "b"], ["--limit=1", "--limit", "2"],
            ["-o", "csv", "--output", "json"], ["-c", "a", "-c", "b"],
            ["--since", "1d", "--from", "2d"], ["--until", "1d", "--until", "2d"],
            ["--zone", "+02:00", "--utc-offset", "+01:00"],
        ] {
            let run = await CommandRun.of(["log", "query"] + words)
            #expect(run.status == .usage, "\(words)")
            #expect(run.messages.contains("once"), "\(words): \(run.messages)")
        }
        // Flags, options that take several values, and what stands behind two dashes.
        for words in [
            ["verify", "nothing", "--key", "a", "--key", "b", "--json", "--json"],
            ["log", "query", "--explain", "--log", "none", "--", "--actor", "--actor"],
        ] {
            let run = await CommandRun.of(words)
            #expect(!run.messages.contains("once"), "\(words): \(run.messages)")
        }
    }

    @Test("A word that resembles nothing gets no guess")
    func nonsense() async {
        let run = await CommandRun.of("zzzzzzzzzz")
        #expect(run.status == .usage)
        #expect(!run.messages.contains("did you mean"))
    }

    @Test("A mistyped option ends with 2 and the one that was meant")
    func option() async {
        let run = await CommandRun.of("check", "--confg", "x")
        #expect(run.status == .usage)
        #expect(run.messages.contains("--config"))
    }

    @Test("What was typed is shown escaped")
    func hostile() async {
        let run = await CommandRun.of("\u{1B}[31mred", columns: 80)
        #expect(run.status == .usage)
        #expect(run.messages.contains("\\x1b[31mred"))
        let option = await CommandRun.of("check", "--\u{1B}]0;title\u{7}")
        #expect(!option.messages.contains("\u{1B}]0"))
    }

    @Test("Exit codes are those of the documents")
    func codes() {
        let codes = ExitStatus.allCases.map(\.rawValue)
        #expect(codes == [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 130, 141])
    }

    @Test("The option that everybody tries first says what the command says")
    func version() async {
        let option = await CommandRun.of("--version")
        #expect(option.status == .success)
        let command = await CommandRun.of("version")
        #expect(command.output == option.output)
        #expect(option.output.hasPrefix("countersign "))
    }

    @Test("COUNTERSIGN_OUTPUT chooses JSON, and anything unknown is refused")
    func outputVariable() async {
        let json = await CommandRun.of("version", environment: ["COUNTERSIGN_OUTPUT": "json"])
        #expect(json.output.hasPrefix("{\"name\":\"countersign\""))
        let bad = await CommandRun.of("version", environment: ["COUNTERSIGN_OUTPUT": "xml"])
        #expect(bad.status == .usage)
    }
}
