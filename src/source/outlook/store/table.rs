//! Tables: one row for each folder, message, recipient or attachment ([MS-PST] section 2.3.4).

use super::blocks::Inside;
use super::context::{self, Allowance, fixed, many, referred};
use super::heap::Heap;
use super::names::Names;
use super::pages::Store;
use super::{StoreError, damaged, u16_at, u32_at};
use crate::source::outlook::property::{Property, PropertyBag, Value, kind};

/// Bytes of the rows of one table.
const ROWS_BYTES: u64 = 128 * 1024 * 1024;
/// Rows of one table that are read with their cells: recipients of one item.
const ROWS: usize = 200_000;

/// The numbers of the rows of a table, which are those of the nodes they stand for, in the order of the table.
///
/// # Errors
/// When the node holds no table.
pub fn row_ids(store: &mut Store<'_>, data: u64) -> Result<Vec<u32>, StoreError> {
    let heap = context::heap(store, data)?;
    let head = head(&heap)?;
    Ok(rows_of(&heap, &head)?.into_iter().map(|(id, _)| id).collect())
}

/// The rows of a table with all their cells; what of them cannot be read is lost alone.
///
/// # Errors
/// When the node holds no table, or its rows cannot be had.
pub fn rows(
    store: &mut Store<'_>,
    data: u64,
    inside: &[Inside],
    names: &Names,
    most: u64,
) -> Result<Vec<PropertyBag>, StoreError> {
    let heap = context::heap(store, data)?;
    let head = head(&heap)?;
    let ids = rows_of(&heap, &head)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let blocks = match head.rows {
        0 => Vec::new(),
        rows if rows & 0x1F == 0 => vec![heap.piece(rows).unwrap_or_default().to_vec()],
        rows => {
            let node = context::find(inside, rows).ok_or_else(|| damaged("the rows of a table are not there"))?;
            store.data(node.data, ROWS_BYTES)?
        }
    };
    if ids.len() > ROWS {
        return Err(damaged(format!("it has {} rows, more than the {ROWS} that are read", ids.len())));
    }
    let row_bytes = head.row_bytes;
    let mut allowance = Allowance::new(most);
    // Rows do not reach over the end of a block.
    let per_block = blocks.iter().map(|block| block.len() / row_bytes).max().unwrap_or(0);
    let mut all = Vec::new();
    for (_, index) in ids {
        let place = index.checked_div(per_block).zip(index.checked_rem(per_block));
        let row = place.and_then(|(block, at)| blocks.get(block)?.get(at * row_bytes..(at + 1) * row_bytes));
        let row = row.ok_or_else(|| damaged("a row of a table is not there"))?;
        let mut bag = PropertyBag::new();
        for column in &head.columns {
            let is_there = row
                .get(head.bitmap + usize::from(column.bit) / 8)
                .is_some_and(|byte| byte & (0x80 >> (column.bit % 8)) != 0);
            if !is_there {
                continue;
            }
            let name = names.name(column.tag);
            let value = match cell(store, &heap, inside, row, column, allowance.left()) {
                Ok(value) => value,
                Err(StoreError::Io(error)) => return Err(error.into()),
                Err(error) => Value::Lost(error.to_string()),
            };
            bag.push(Property { name, kind: column.kind, value: allowance.admit(value)? });
        }
        all.push(bag);
    }
    Ok(all)
}

struct Column {
    tag: u16,
    kind: u16,
    offset: usize,
    bytes: usize,
    bit: u8,
}

struct Head {
    columns: Vec<Column>,
    row_bytes: usize,
    bitmap: usize,
    index: u32,
    rows: u32,
}

fn head(heap: &Heap) -> Result<Head, StoreError> {
    let bytes = heap.piece(heap.root).filter(|head| head.len() >= 22 && head[0] == 0x7C && heap.client == 0x7C);
    let bytes = bytes.ok_or_else(|| damaged("its data does not hold a table"))?;
    let number = |at| u16_at(bytes, at).map_or(0, usize::from);
    let reference = |at| u32_at(bytes, at).unwrap_or(0);
    let columns = bytes[22..].chunks_exact(8).take(usize::from(bytes[1]));
    let columns = columns.map(|one| Column {
        kind: u16::from_le_bytes([one[0], one[1]]),
        tag: u16::from_le_bytes([one[2], one[3]]),
        offset: usize::from(u16::from_le_bytes([one[4], one[5]])),
        bytes: usize::from(one[6]),
        bit: one[7],
    });
    let head = Head {
        columns: columns.collect(),
        row_bytes: number(8),
        bitmap: number(6),
        index: reference(10),
        rows: reference(14),
    };
    if head.row_bytes < 8 || head.bitmap > head.row_bytes {
        return Err(damaged("the head of a table cannot be right"));
    }
    Ok(head)
}

/// Number and position of each row, in the order of their positions.
fn rows_of(heap: &Heap, head: &Head) -> Result<Vec<(u32, usize)>, StoreError> {
    if head.index == 0 {
        return Ok(Vec::new());
    }
    let records = heap.records(head.index)?;
    let mut ids: Vec<(u32, usize)> = records
        .into_iter()
        .filter_map(|(key, rest)| {
            // Stores of Outlook 97 count rows in two bytes.
            let index = u32_at(rest, 0).or_else(|| u16_at(rest, 0).map(u32::from))?;
            Some((u32_at(key, 0)?, usize::try_from(index).ok()?))
        })
        .collect();
    ids.sort_by_key(|(_, index)| *index);
    Ok(ids)
}

fn cell(
    store: &mut Store<'_>,
    heap: &Heap,
    inside: &[Inside],
    row: &[u8],
    column: &Column,
    most: u64,
) -> Result<Value, StoreError> {
    let bytes = row.get(column.offset..column.offset + column.bytes);
    let bytes = bytes.ok_or_else(|| damaged("its cell lies outside of the row"))?;
    if let Some(length @ 0..=8) = fixed(column.kind)
        && column.bytes >= length
    {
        return Ok(Value::One(bytes[..length].to_vec()));
    }
    let reference = u32_at(bytes, 0).ok_or_else(|| damaged("its cell is too small"))?;
    let bytes = referred(store, heap, inside, reference, most)?;
    let plain = column.kind & !kind::MULTIPLE;
    if column.kind == plain { Ok(Value::One(bytes)) } else { many(plain, &bytes) }
}
