// What crypto/internal/fips140 keeps per goroutine: the service indicator, and whether a call of
// crypto/fips140.WithoutEnforcement is active.

package runtime

import _ "unsafe" // for linkname

//go:linkname fips_getIndicator crypto/internal/fips140.getIndicator
func fips_getIndicator() uint8 { return uint8(getgw().fips) }

//go:linkname fips_setIndicator crypto/internal/fips140.setIndicator
func fips_setIndicator(indicator uint8) { getgw().fips = uintptr(indicator) }

//go:linkname fips_setBypass crypto/fips140.setBypass
func fips_setBypass() { getgw().fipsBypass = 1 }

//go:linkname fips_unsetBypass crypto/fips140.unsetBypass
func fips_unsetBypass() { getgw().fipsBypass = 0 }

//go:linkname fips_isBypassed crypto/fips140.isBypassed
func fips_isBypassed() bool { return getgw().fipsBypass != 0 }
