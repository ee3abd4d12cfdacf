"""What `framework.yaml` says of each framework, without its families."""

from __future__ import annotations

from typing import Final

NIST_800_171: Final = """\
# Written by tools/make_frameworks.py; do not edit.
framework: nist-800-171-r2
title: NIST SP 800-171 Rev. 2
publisher: National Institute of Standards and Technology
edition: Rev. 2
catalogue: complete
# Rev. 2 publishes no short titles; these are the names that CMMC 2.0 gives the same requirements.
source: NIST SP 800-171 Rev. 2, identifiers; titles from the CMMC 2.0 model
licence: public domain (United States Government)
methodology: nist-800-171a
checked_on: 2026-11-23
# CMMC and DFARS 252.204-7012 still rest on Rev. 2.
superseded_by: NIST SP 800-171 Rev. 3
# SP 800-171A knows two findings. What was not assessed is neither of them and says so.
vocabulary:
  satisfied: satisfied
  inherited: satisfied (inherited)
  partially-satisfied: satisfied in part, the rest not assessed
  risk-accepted: other than satisfied (risk accepted)
  not-satisfied: other than satisfied
  not-evaluated: not assessed
  not-applicable: not applicable
  not-covered: not assessed
families:
"""

CMMC: Final = """\
# Written by tools/make_frameworks.py; do not edit.
framework: cmmc-2.0
title: Cybersecurity Maturity Model Certification 2.0
publisher: United States Department of Defense
edition: "2.0"
catalogue: complete
# Ids are the rule's. The older AC.L1-3.1.1 form, which Azure Policy's groups use, stands for the
# requirement of level 1 and that of level 2.
source: 32 CFR 170.14 and the CMMC 2.0 model, identifiers and names
licence: public domain (United States Government)
methodology: cmmc
checked_on: 2026-11-23
# What is not known to be met is NOT MET, with the reason beside it.
vocabulary:
  satisfied: MET
  inherited: MET
  partially-satisfied: NOT MET (not assessed)
  risk-accepted: NOT MET (not assessed)
  not-satisfied: NOT MET
  not-evaluated: NOT MET (not assessed)
  not-applicable: NOT APPLICABLE
  not-covered: NOT MET (not assessed)
profiles:
  "1": Level 1, the 15 requirements of FAR 52.204-21(b)(1)
  "2": Level 2, the 110 requirements of NIST SP 800-171 Rev. 2
  "3": Level 3, level 2 and 24 requirements of NIST SP 800-172
families:
"""

HIPAA: Final = """\
# Written by tools/make_frameworks.py; do not edit.
framework: hipaa-security-rule
title: HIPAA Security Rule
publisher: United States Department of Health and Human Services
edition: 45 CFR Part 164 Subpart C
catalogue: complete
# A standard is made of the implementation specifications below it. The rule that was proposed in
# 2025 is not reflected. 164.314(b)(2) is one row, its four provisions together.
source: 45 CFR 164.308 to 164.316, identifiers, headings and required or addressable
licence: public domain (United States Government)
methodology: hipaa
checked_on: 2026-11-23
# The words for addressable specifications come from a decision record only.
vocabulary:
  satisfied: implemented
  inherited: implemented
  risk-accepted: not implemented
  not-satisfied: not implemented
  not-evaluated: not assessed
  not-covered: not assessed
families:
"""

CIS: Final = """\
# Written by tools/make_frameworks.py; do not edit.
framework: cis-azure-foundations-3.0
title: CIS Microsoft Azure Foundations Benchmark 3.0.0
publisher: Center for Internet Security
edition: 3.0.0
catalogue: complete
# The labels are our own; a benchmark's titles and text are the publisher's.
source: CIS Microsoft Azure Foundations Benchmark 3.0.0, identifiers, levels and structure only
licence: CIS terms of use; identifiers only, labels Apache-2.0
methodology: cis
checked_on: 2026-11-23
superseded_by: CIS Microsoft Azure Foundations Benchmark 4.0.0, 5.0.0 and 6.0.0
# A recommendation that only a person can check is not assessed until it is attested.
vocabulary:
  satisfied: pass
  inherited: pass
  partially-satisfied: not assessed in full
  risk-accepted: fail (exception)
  not-satisfied: fail
  not-evaluated: not assessed
  not-applicable: not applicable
  not-covered: not assessed
profiles:
  "1": Level 1
  "2": Level 2, with level 1
families:
"""

HITRUST: Final = """\
# Written by tools/make_frameworks.py; do not edit.
framework: hitrust-csf-v11
title: HITRUST CSF v11, the control references that Azure Policy maps
publisher: HITRUST
edition: v11.3
# Only the references that Microsoft's initiative names; the selection for an assessment comes from
# the publisher's tools. Its ids 2.1.1 and 3.2.8 are no control references and are left out.
catalogue: subset
source: Azure Policy's HITRUST CSF v11.3 initiative, identifiers only
licence: HITRUST licence; identifiers only, labels Apache-2.0
methodology: hitrust
checked_on: 2026-11-23
families:
"""

PBMM: Final = """\
# Written by tools/make_frameworks.py; do not edit.
framework: cccs-pbmm
title: Canada Federal PBMM (ITSG-33)
publisher: Canadian Centre for Cyber Security
edition: ITSG-33 profile 1, CCCS Medium cloud
# The ids are those of Microsoft's initiative; nobody held them against the profile itself.
catalogue: unknown
# The titles are NIST's, of the SP 800-53 Rev. 4 control of the same id. AC-17(100) is Canadian and
# has a label of our own.
source: Azure Policy's Canada Federal PBMM initiative, ids; titles from NIST SP 800-53 Rev. 4
licence: Open Government Licence - Canada (identifiers); public domain (titles)
methodology: itsg-33
checked_on: 2026-11-23
families:
"""

FIPS: Final = """\
# Written by tools/make_frameworks.py; do not edit.
framework: fips
title: FIPS 140, 199, 200 and the algorithm standards
publisher: National Institute of Standards and Technology
edition: FIPS 140-3, 140-2, 199, 200, 180-4, 186-5, 197, 198-1, 201-3, 202 to 205
# Names of areas, levels and algorithms, and no requirement below an area: no share can be told.
# Only the 17 areas of FIPS 200 are assessed; the other rows are words to speak with. A
# cryptographic module is validated by the CMVP, never by a check of configuration.
catalogue: subset
source: the FIPS publications named, identifiers and titles
licence: public domain (United States Government)
methodology: fips
checked_on: 2026-11-23
families:
"""
