// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Reads a page of the Prometheus text format 0.0.4 by its grammar, and notes everything that a strict reader would
/// object to. Written from the format's description, and knows nothing of the writer.
struct PageReader {
    struct Sample: Equatable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    private(set) var kinds: [String: String] = [:]
    private(set) var samples: [Sample] = []
    private(set) var faults: [String] = []
    private var helped: Set<String> = []
    private var seen: Set<String> = []
    private var family = ""

    init(_ page: String) {
        if !page.hasSuffix("\n") { faults.append("the last line does not end") }
        for line in page.split(separator: "\n") {
            if line.hasPrefix("# HELP ") {
                let name = String(line.dropFirst(7).prefix { $0 != " " })
                if !helped.insert(name).inserted { faults.append("second HELP of \(name)") }
                if line.count < 7 + name.count + 3 { faults.append("no help for \(name)") }
                family = name
            } else if line.hasPrefix("# TYPE ") {
                let words = line.dropFirst(7).split(separator: " ").map(String.init)
                guard words.count == 2, words[0] == family else {
                    faults.append("TYPE apart from its HELP: \(line)")
                    continue
                }
                if kinds.updateValue(words[1], forKey: words[0]) != nil {
                    faults.append("second TYPE of \(words[0])")
                }
            } else {
                read(line)
            }
        }
        for (name, kind) in kinds where kind == "histogram" { check(histogram: name) }
    }

    private mutating func read(_ line: Substring) {
        let pattern =
            #/([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)/#
        guard let match = line.wholeMatch(of: pattern), let value = Double(String(match.3)) else {
            faults.append("no sample: \(line)")
            return
        }
        let name = String(match.1)
        var labels: [String: String] = [:]
        for label in (match.2 ?? "").matches(of: #/([a-zA-Z0-9_]+)="((?:[^"\\]|\\.)*)"/#) {
            if labels.updateValue(String(label.2), forKey: String(label.1)) != nil {
                faults.append("a label twice: \(line)")
            }
        }
        if !seen.insert(String(line.prefix(upTo: match.3.startIndex))).inserted {
            faults.append("a sample twice: \(line)")
        }
        let suffixes = kinds[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        if !suffixes.contains(where: { family + $0 == name }) {
            faults.append("apart from its family: \(line)")
        }
        if kinds[family] == "counter", !name.hasSuffix("_total") {
            faults.append("a counter not named so: \(name)")
        }
        samples.append(Sample(name: name, labels: labels, value: value))
    }

    /// Buckets ascend, their counts cumulate, and the last one has everything.
    private mutating func check(histogram name: String) {
        var series: [[String: String]: [(bound: Double, count: Double)]] = [:]
        for sample in samples where sample.name == name + "_bucket" {
            var labels = sample.labels
            let text = labels.removeValue(forKey: "le") ?? ""
            let bound = text == "+Inf" ? .infinity : Double(text) ?? .nan
            series[labels, default: []].append((bound, sample.value))
        }
        for (labels, buckets) in series {
            let isOrdered = zip(buckets, buckets.dropFirst()).allSatisfy {
                $0.bound < $1.bound && $0.count <= $1.count
            }
            let count = samples.first { $0.name == name + "_count" && $0.labels == labels }?.value
            let hasSum = samples.contains { $0.name == name + "_sum" && $0.labels == labels }
            if !isOrdered || buckets.last?.bound != .infinity || buckets.last?.count != count
                || !hasSum
            {
                faults.append("histogram \(name) \(labels)")
            }
        }
    }

    /// The value of the sample with this name and these labels.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }
}
