//! A short list of short tasks, shared among the cores.

use std::thread;

/// Tasks below which nothing is shared: a thread costs about as much as one of them.
const FEW: usize = 4;

/// Does the same for every item of a list and gives the results in its order. Plain threads that end with the list:
/// for work of a few milliseconds, where keeping a pool of threads costs more than it gives.
///
/// # Panics
/// When a task does.
pub fn shared<T: Send, R: Send>(items: Vec<T>, task: impl Fn(T) -> R + Sync) -> Vec<R> {
    let most = items.len() / FEW;
    // How many cores there are is asked only where it matters: the answer lies in files of the system.
    let cores = if most < 2 { 1 } else { thread::available_parallelism().map_or(1, usize::from).min(most) };
    if cores == 1 {
        return items.into_iter().map(task).collect();
    }
    let each = items.len().div_ceil(cores);
    let task = &task;
    let mut rest = items;
    thread::scope(|scope| {
        let mut others = Vec::new();
        while rest.len() > each {
            let part = rest.split_off(rest.len() - each);
            others.push(scope.spawn(move || part.into_iter().map(task).collect::<Vec<R>>()));
        }
        let mut results: Vec<R> = rest.into_iter().map(task).collect();
        // The last part was given away first.
        for other in others.into_iter().rev() {
            match other.join() {
                Ok(more) => results.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_list() {
        for count in [0, 1, 3, 4, 7, 8, 9, 100, 101] {
            let list: Vec<usize> = (0..count).collect();
            assert_eq!(shared(list.clone(), |one| one * 2), list.iter().map(|one| one * 2).collect::<Vec<_>>());
        }
    }
}
