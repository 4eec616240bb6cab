// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Metrics as a page of text, in one of the two forms that Prometheus reads.
package struct MetricsPage: Sendable {
    package enum Form: Sendable {
        /// Prometheus text exposition format 0.0.4.
        case prometheus
        /// OpenMetrics 1.0.0: families of counters are named without `_total`, units are stated, and the page has an
        /// end.
        case openMetrics

        package var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    private let form: Form
    private var page = ""

    /// The page's text.
    package static func text(of metrics: [Metric], as form: Form) -> String {
        var page = MetricsPage(form: form)
        for metric in metrics where !metric.samples.isEmpty { page.append(metric) }
        if form == .openMetrics { page.page += "# EOF\n" }
        return page.page
    }

    private init(form: Form) { self.form = form }

    private mutating func append(_ metric: Metric) {
        let family = familyName(of: metric)
        page += "# HELP \(family) \(escapedHelp(metric.help))\n"
        page += "# TYPE \(family) \(metric.kind.rawValue)\n"
        if form == .openMetrics,
            let unit = ["seconds", "bytes"].first(where: { family.hasSuffix("_\($0)") })
        {
            page += "# UNIT \(family) \(unit)\n"
        }
        for sample in metric.samples { append(sample, of: metric.name) }
    }

    private func familyName(of metric: Metric) -> String {
        guard form == .openMetrics, metric.kind == .counter, metric.name.hasSuffix("_total") else {
            return metric.name
        }
        return String(metric.name.dropLast("_total".count))
    }

    private mutating func append(_ sample: Metric.Sample, of name: String) {
        switch sample.value {
        case .count(let count): append(name, sample.labels, "\(count)")
        case .nanoseconds(let time): append(name, sample.labels, Self.seconds(time))
        case .histogram(let histogram): append(histogram, name, sample.labels)
        }
    }

    private mutating func append(
        _ histogram: HistogramSnapshot, _ name: String, _ labels: [Metric.Label]
    ) {
        func text(_ value: UInt64) -> String {
            switch histogram.bounds.unit {
            case .one: "\(value)"
            case .nanoseconds: Self.seconds(value)
            }
        }
        var cumulated: UInt64 = 0
        for (bound, count) in zip(histogram.bounds.upper, histogram.buckets) {
            cumulated &+= count
            var limit = text(bound)
            // OpenMetrics requires bounds as canonical floating-point numbers.
            if form == .openMetrics, !limit.contains(".") { limit += ".0" }
            append(name + "_bucket", labels + [Metric.Label("le", limit)], "\(cumulated)")
        }
        append(name + "_bucket", labels + [Metric.Label("le", "+Inf")], "\(histogram.count)")
        append(name + "_sum", labels, text(histogram.sum))
        append(name + "_count", labels, "\(histogram.count)")
    }

    private mutating func append(_ name: String, _ labels: [Metric.Label], _ value: String) {
        page += name
        if !labels.isEmpty {
            page += "{"
            for (number, label) in labels.enumerated() {
                if number > 0 { page += "," }
                page += "\(label.name)=\"\(escaped(label.value))\""
            }
            page += "}"
        }
        page += " \(value)\n"
    }

    private func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    /// The older form leaves quotation marks in this text unescaped.
    private func escapedHelp(_ text: String) -> String {
        form == .openMetrics
            ? escaped(text)
            : text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    /// Seconds as an exact decimal fraction: floating point would round what was counted.
    static func seconds(_ nanoseconds: UInt64) -> String {
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest > 0 else { return "\(whole)" }
        var digits = "\(rest)"
        digits = String(repeating: "0", count: 9 - digits.utf8.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
