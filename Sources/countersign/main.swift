// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Commands

await CommandLineTool.main()
