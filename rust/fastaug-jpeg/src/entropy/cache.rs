//! Prepared Huffman tables, kept for the next file: most files of a dataset have the same ones, and to prepare them costs
//! a tenth of a decode.

use super::tables::{AcTable, DcTable, SymbolTable};
use crate::standard::Codes;
use std::{cell::RefCell, sync::Arc};

/// Tables that are kept of each kind, for each thread.
const KEPT: usize = 16;

struct Kept<T> {
    /// Counts and symbols, as in the file.
    key: Vec<u8>,
    table: Arc<T>,
}

struct Shelf<T>(Vec<Kept<T>>);

impl<T> Shelf<T> {
    fn get(
        &mut self,
        codes: &Codes<'_>,
        make: impl FnOnce(&Codes<'_>) -> Result<T, &'static str>,
    ) -> Result<Arc<T>, &'static str> {
        let same = |kept: &Kept<T>| kept.key[..16] == codes.counts && kept.key[16..] == *codes.symbols;
        if let Some(place) = self.0.iter().position(same) {
            // The last used one comes first.
            self.0[..=place].rotate_right(1);
        } else {
            let table = Arc::new(make(codes)?);
            self.0.truncate(KEPT - 1);
            self.0.insert(0, Kept { key: [codes.counts.as_slice(), codes.symbols].concat(), table });
        }
        Ok(Arc::clone(&self.0[0].table))
    }
}

thread_local! {
    static DC: RefCell<Shelf<DcTable>> = const { RefCell::new(Shelf(Vec::new())) };
    static AC: RefCell<Shelf<AcTable>> = const { RefCell::new(Shelf(Vec::new())) };
    static SYMBOLS: RefCell<Shelf<SymbolTable>> = const { RefCell::new(Shelf(Vec::new())) };
}

/// The prepared table for DC differences.
pub fn dc(codes: &Codes<'_>) -> Result<Arc<DcTable>, &'static str> {
    DC.with_borrow_mut(|shelf| shelf.get(codes, DcTable::new))
}

/// The prepared table for AC coefficients.
pub fn ac(codes: &Codes<'_>) -> Result<Arc<AcTable>, &'static str> {
    AC.with_borrow_mut(|shelf| shelf.get(codes, AcTable::new))
}

/// The prepared table for the symbols of progressive files.
pub fn symbols(codes: &Codes<'_>) -> Result<Arc<SymbolTable>, &'static str> {
    SYMBOLS.with_borrow_mut(|shelf| shelf.get(codes, SymbolTable::new))
}
