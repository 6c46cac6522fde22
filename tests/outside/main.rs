//! What other programs of the machine see and read: drawn pages in poppler and qpdf, pictures by tesseract. What is not on
//! this machine is skipped and said to be.

#[path = "../support/place.rs"]
mod place;

mod ocr;
mod render;
