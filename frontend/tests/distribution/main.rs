//! Tests that read a Go distribution, in place. Without one they say so and pass.
//!
//! | module | what is compared | environment |
//! |---|---|---|
//! | `parse_std` | the standard library parses | `INGOT_PARSE_ALL` |
//! | `check_std` | it checks without errors | `INGOT_CHECK`, `INGOT_CHECK_ALL` |
//! | `exports` | exported packages are worth those that were checked | the same |
//! | `types_oracle` | the checker's facts are those of go/types | the same |
//! | `testdata` | `internal/types/testdata`: error marks met, texts as gc's | `INGOT_CHECK_TESTDATA` |
//! | `errorcheck` | the `test` folders: what gc accepts and what it says | `INGOT_CHECK_TESTS` |
//! | `mutants` | broken programs break nothing | `INGOT_MUTANTS`, `INGOT_FUZZ_SECONDS`, `INGOT_SEED` |

mod check_std;
mod common;
mod errorcheck;
mod exports;
mod gc;
mod mutants;
mod parse_std;
mod testdata;
mod types_oracle;
