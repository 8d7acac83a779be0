//! Small programs in, trees and messages out.
