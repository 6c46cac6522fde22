//! Which column of a clerk's table is what, by its heading or as the clerk says.

use crate::model::retention::Period;
use std::collections::BTreeMap;

/// The headings that each column is known by in the tables of clerks, small letters and no signs. The order is the order
/// of preference: where a table has a "title" and a "series", the title is the title.
const HEADINGS: [(Column, &str); 10] = [
    (
        Column::Code,
        "code, series code, record code, series number, series no, series id, item, item number, item no, \
         number, no, schedule number, record series number, schedule code, class code",
    ),
    (
        Column::Title,
        "title, series title, record series title, records series title, record series, records series, \
         series, name, record type, type of record, series name, record title, record name, records title, \
         record, records",
    ),
    (
        Column::Description,
        "description, series description, scope, scope note, contents, record description, \
         records description, definition, explanation",
    ),
    (
        Column::Retention,
        "retention, retention period, retention text, retention schedule, retention requirement, \
         minimum retention, minimum retention period, retention time, period, how long, keep, keep for, \
         total retention, retention years, retention in years, years, retention months, retention in months, \
         retention days, retention in days, retention statute",
    ),
    (Column::Maximum, "maximum, maximum retention, maximum retention period, destroy by, must destroy by"),
    (
        Column::Trigger,
        "trigger, retention trigger, cutoff, cut off, trigger event, event, starts from, retention starts, \
         begins",
    ),
    (
        Column::Classification,
        "classification, data classification, mgdpa, mgdpa class, mgdpa classification, \
         data practices classification, data practices, dp classification, access, data class, \
         classification of data",
    ),
    (
        Column::Statute,
        "statute, statutes, legal citation, citation, legal reference, law, legal authority, authority, \
         reference, mn statute, statutory authority",
    ),
    (
        Column::Archival,
        "archival, archives, archive, archival flag, archival value, historical, archival y n, \
         state archives, is archival",
    ),
    (Column::Department, "department, departments, dept, office, division"),
];

/// What a column of a schedule can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The code printed in the schedule.
    Code,
    /// The title of the series.
    Title,
    /// What belongs to it.
    Description,
    /// How long.
    Retention,
    /// How long at most.
    Maximum,
    /// What a bare period counts from.
    Trigger,
    /// Data classification.
    Classification,
    /// Statutes.
    Statute,
    /// Whether it is archival.
    Archival,
    /// The department.
    Department,
}

impl Column {
    /// Every column, in the order they are told.
    pub const ALL: [Self; 10] = [
        Self::Code,
        Self::Title,
        Self::Description,
        Self::Retention,
        Self::Maximum,
        Self::Trigger,
        Self::Classification,
        Self::Statute,
        Self::Archival,
        Self::Department,
    ];

    /// The word a clerk uses for it in a mapping.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Title => "title",
            Self::Description => "description",
            Self::Retention => "retention",
            Self::Maximum => "maximum",
            Self::Trigger => "trigger",
            Self::Classification => "classification",
            Self::Statute => "statute",
            Self::Archival => "archival",
            Self::Department => "department",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.word() == word)
    }

    /// Headings it is known by, as [`heading`] writes them; the one to prefer first.
    fn headings(self) -> impl Iterator<Item = &'static str> {
        HEADINGS.iter().filter(move |(column, _)| *column == self).flat_map(|(_, known)| known.split(", "))
    }
}

/// The columns of a table.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// Where each column is, counted from 0.
    pub places: BTreeMap<Column, usize>,
    /// Headings that were not recognised, as written.
    pub unknown: Vec<String>,
    /// What a bare number counts, where the heading of the retention says it.
    pub unit: Option<fn(u32) -> Period>,
}

impl Columns {
    /// The columns a row of headings names; `given` are headings as the clerk maps them, and count before any other.
    pub fn of_headings(row: &[String], given: &BTreeMap<Column, String>) -> Self {
        let mut columns = Self::default();
        let headings: Vec<String> = row.iter().map(|cell| heading(cell)).collect();
        for (column, name) in given {
            if let Some(place) = headings.iter().position(|one| *one == heading(name)) {
                columns.places.insert(*column, place);
            }
        }
        for column in Column::ALL {
            let free = |place: &usize| !columns.places.values().any(|taken| taken == place);
            let found = column.headings().find_map(|name| headings.iter().position(|one| one == name).filter(free));
            if let Some(place) = found
                && !columns.places.contains_key(&column)
            {
                columns.places.insert(column, place);
            }
        }
        let named = |place: &usize| columns.places.values().any(|taken| taken == place);
        columns.unknown = (0..row.len())
            .filter(|place| !headings[*place].is_empty() && !named(place))
            .map(|place| row[place].trim().to_owned())
            .collect();
        columns.unit = columns.places.get(&Column::Retention).and_then(|place| unit_of(&headings[*place]));
        columns
    }

    /// Whether a table with these columns can be read: what a series is called, and how long it is kept.
    pub fn suffice(&self) -> bool {
        let named = self.places.contains_key(&Column::Title) || self.places.contains_key(&Column::Code);
        named && self.places.contains_key(&Column::Retention)
    }
}

fn unit_of(heading: &str) -> Option<fn(u32) -> Period> {
    let last = heading.split(' ').next_back()?;
    match last {
        "years" | "yrs" => Some(Period::Years),
        "months" => Some(Period::Months),
        "days" => Some(Period::Days),
        _ => None,
    }
}

/// A heading as it is compared: small letters, single spaces, no signs. "Retention (Years)" is "retention years".
pub(super) fn heading(cell: &str) -> String {
    let plain: String = cell.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    plain.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn headings_are_known_in_many_spellings() {
        let tables: [(&[&str], &str); 5] = [
            (
                &["Code", "Title", "Description", "Retention", "MGDPA Class", "Statute", "Archival"],
                "code=0 title=1 description=2 retention=3 classification=4 statute=5 archival=6",
            ),
            (
                &["Series No.", "Record Series", "Retention Period", "Data Practices", "Archives?"],
                "code=0 title=1 retention=2 classification=3",
            ),
            (&["Series", "Series Title", "RETENTION (Years)", "Dept."], "title=1 retention=2 department=3"),
            (&["", "Record Type", "Minimum Retention Period", "Destroy By"], "title=1 retention=2 maximum=3"),
            (&["Who", "What", "When"], ""),
        ];
        for (headings, expected) in tables {
            let columns = Columns::of_headings(&row(headings), &BTreeMap::new());
            let told: Vec<String> =
                columns.places.iter().map(|(column, place)| format!("{}={place}", column.word())).collect();
            let archives = if headings.contains(&"Archives?") { " archival=4" } else { "" };
            assert_eq!(told.join(" "), format!("{expected}{archives}"), "{headings:?}");
        }
    }

    #[test]
    fn the_clerk_s_mapping_counts_before_any_heading() {
        let given = BTreeMap::from([(Column::Retention, "Keep it".to_owned()), (Column::Title, "what".to_owned())]);
        let columns = Columns::of_headings(&row(&["Retention", "What", "Keep it", "Colour"]), &given);
        assert_eq!(columns.places, BTreeMap::from([(Column::Title, 1), (Column::Retention, 2)]));
        assert_eq!(columns.unknown, ["Retention", "Colour"]);
        assert!(columns.suffice() && columns.unit.is_none());
    }

    #[test]
    fn a_heading_can_say_what_a_number_counts() {
        let unit = |name: &str| Columns::of_headings(&row(&["Title", name]), &BTreeMap::new()).unit;
        assert_eq!(unit("Retention (Years)").map(|unit| unit(3)), Some(Period::Years(3)));
        assert_eq!(unit("Retention in months").map(|unit| unit(3)), Some(Period::Months(3)));
        assert!(unit("Retention").is_none());
    }
}
