// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Observability
import Testing

@Suite struct `A page of metrics` {
    private var metrics: [Metric] {
        let histogram = OwnedHistogram(HistogramBounds([500_000, 1_000_000_000], .nanoseconds))
        for time: UInt64 in [1, 500_000, 500_001, 2_500_000_000] { histogram.record(time) }
        return [
            Metric(
                "seen_total", help: "What was \"seen\",\na\\b.", kind: .counter,
                samples: [.init(7, labels: [.init("name", "a\"b\\c\nd"), .init("x", "é")])]),
            Metric(
                "age_seconds", help: "Age.", kind: .gauge,
                samples: [.init(nanoseconds: 12_000_000_340)]),
            Metric(
                "took_seconds", help: "Time.", kind: .histogram,
                samples: [.init(histogram.snapshot)]),
            Metric("empty", help: "Has no samples.", kind: .gauge, samples: []),
        ]
    }

    @Test func `is written in the text format 0.0.4`() {
        #expect(
            MetricsPage.text(of: metrics, as: .prometheus) == """
                # HELP seen_total What was "seen",\\na\\\\b.
                # TYPE seen_total counter
                seen_total{name="a\\"b\\\\c\\nd",x="é"} 7
                # HELP age_seconds Age.
                # TYPE age_seconds gauge
                age_seconds 12.00000034
                # HELP took_seconds Time.
                # TYPE took_seconds histogram
                took_seconds_bucket{le="0.0005"} 2
                took_seconds_bucket{le="1"} 3
                took_seconds_bucket{le="+Inf"} 4
                took_seconds_sum 2.501000002
                took_seconds_count 4

                """)
    }

    @Test func `is written in OpenMetrics`() {
        #expect(
            MetricsPage.text(of: metrics, as: .openMetrics) == """
                # HELP seen What was \\"seen\\",\\na\\\\b.
                # TYPE seen counter
                seen_total{name="a\\"b\\\\c\\nd",x="é"} 7
                # HELP age_seconds Age.
                # TYPE age_seconds gauge
                # UNIT age_seconds seconds
                age_seconds 12.00000034
                # HELP took_seconds Time.
                # TYPE took_seconds histogram
                # UNIT took_seconds seconds
                took_seconds_bucket{le="0.0005"} 2
                took_seconds_bucket{le="1.0"} 3
                took_seconds_bucket{le="+Inf"} 4
                took_seconds_sum 2.501000002
                took_seconds_count 4
                # EOF

                """)
    }

    @Test(
        "writes nanoseconds as exact seconds",
        arguments: [
            (0, "0"), (1, "0.000000001"), (10, "0.00000001"), (999_999_999, "0.999999999"),
            (1_000_000_000, "1"), (1_500_000_000, "1.5"),
            (UInt64.max, "18446744073.709551615"),
        ])
    func seconds(nanoseconds: UInt64, text: String) {
        let metric = Metric(
            "x", help: "A number.", kind: .gauge, samples: [.init(nanoseconds: nanoseconds)])
        #expect(
            MetricsPage.text(of: [metric], as: .prometheus).hasSuffix("gauge\nx \(text)\n"))
    }

    @Test func `is found good by the grammar, and faults are found`() {
        #expect(PageReader(MetricsPage.text(of: metrics, as: .prometheus)).faults == [])
        for page in [
            "x 1", "x 1\n", "# HELP x A long help text.\n# TYPE x gauge\nx{a=\"b} 1\n",
            "# HELP x A long help text.\n# TYPE x counter\nx 1\n",
            "# HELP x A long help text.\n# TYPE x gauge\nx 1\nx 1\n",
            "# HELP x A long help text.\n# TYPE x gauge\ny 1\n",
            "# HELP x A long help text.\n# TYPE x histogram\nx_bucket{le=\"1\"} 1\nx_sum 1\nx_count 1\n",
        ] {
            #expect(!PageReader(page).faults.isEmpty, "\(page)")
        }
    }
}
