// What crypto keeps per goroutine: the service indicator of crypto/internal/fips140, whether a call of
// crypto/fips140.WithoutEnforcement is active, and data-independent timing, which is no mode of this processor's.

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

//go:linkname subtle_setDITEnabled crypto/subtle.setDITEnabled
func subtle_setDITEnabled() bool { return false }

//go:linkname subtle_setDITDisabled crypto/subtle.setDITDisabled
func subtle_setDITDisabled() {}
