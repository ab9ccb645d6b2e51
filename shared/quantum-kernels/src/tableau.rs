//! How is a stabilizer state changed and measured, whatever its width?
