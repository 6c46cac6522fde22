//! One `model` element of a report as a tree of fields and models.

use crate::extract::xml::{self, Node};

/// Models inside each other; a report has five.
const DEPTH: usize = 32;

/// A thing of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Model {
    /// What it is: `InstantMessage`, `Call`, `Party`.
    pub kind: String,
    /// Its id in this report.
    pub id: String,
    /// `Intact`, `Deleted` or `Unknown`.
    pub deleted_state: String,
    /// How sure the decoder was, where it says so.
    pub confidence: String,
    /// Fields with their values, in order; a field of several values stands several times.
    pub fields: Vec<(String, String)>,
    /// Ids of files that it refers to.
    pub files: Vec<String>,
    /// Models inside it, each with the name of its field.
    pub inside: Vec<(String, Model)>,
}

impl Model {
    /// Reads one element; `None` when it is damaged.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (mut open, mut names): (Vec<Self>, Vec<String>) = (Vec::new(), Vec::new());
        let mut value: Option<String> = None;
        let (mut is_file, mut is_too_deep, mut done) = (false, false, None);
        let is_whole = xml::walk(text, &mut |node| match node {
            Node::Open("model", element) => {
                let told = |name: &str| xml::attribute(element, name).unwrap_or_default();
                is_too_deep |= open.len() >= DEPTH;
                if open.len() < DEPTH {
                    let (deleted_state, confidence) = (told("deleted_state"), told("decoding_confidence"));
                    open.push(Self {
                        kind: told("type"),
                        id: told("id"),
                        deleted_state,
                        confidence,
                        ..Self::default()
                    });
                }
            }
            Node::Open("field" | "multiField" | "modelField" | "multiModelField" | "dataField", element) => {
                names.push(xml::attribute(element, "name").unwrap_or_default());
            }
            Node::Open("value", _) => value = Some(String::new()),
            Node::Open("targetid", element) => {
                is_file = xml::attribute(element, "ismodel").as_deref() == Some("false");
                value = Some(String::new());
            }
            Node::Text(piece) => {
                if let Some(value) = &mut value {
                    value.push_str(piece);
                }
            }
            Node::Close("value") => {
                if let (Some(model), Some(value)) = (open.last_mut(), value.take()) {
                    model.fields.push((names.last().cloned().unwrap_or_default(), value));
                }
            }
            Node::Close("targetid") => {
                if let (Some(model), Some(value), true) = (open.last_mut(), value.take(), is_file) {
                    model.files.push(value.trim().to_owned());
                }
            }
            Node::Close("field" | "multiField" | "modelField" | "multiModelField" | "dataField") => {
                names.pop();
            }
            Node::Close("model") => {
                if let Some(closed) = open.pop() {
                    match open.last_mut() {
                        Some(parent) => parent.inside.push((names.last().cloned().unwrap_or_default(), closed)),
                        None => done = Some(closed),
                    }
                }
            }
            Node::Open(..) | Node::Close(_) => {}
        });
        done.filter(|_| is_whole && !is_too_deep && open.is_empty())
    }

    /// The first value of a field, empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value.trim())
    }

    /// The models of a kind inside it, at the first level.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Self> {
        self.inside.iter().map(|(_, model)| model).filter(move |model| model.kind == kind)
    }

    /// All fields as lines for a person, those of models inside it too.
    pub fn lines(&self) -> Vec<String> {
        let own = self.fields.iter().filter(|(_, value)| !value.trim().is_empty());
        let mut lines: Vec<String> = own.map(|(name, value)| format!("{name}: {}", value.trim())).collect();
        for (name, model) in &self.inside {
            lines.extend(model.lines().into_iter().map(|line| format!("{name} {line}")));
        }
        lines
    }
}
