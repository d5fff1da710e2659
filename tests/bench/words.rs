// words.rs - words of a text that is made up, counted and put in order: argv[1] is how often.
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

struct Words {
    state: u64,
}

impl Iterator for Words {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        self.state = self.state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let number = (self.state >> 40) * (self.state >> 20 & 0xfff) >> 24;
        Some(format!("the word that is number {}", number))
    }
}

fn count(words: usize, seed: u64) -> HashMap<Rc<str>, Vec<usize>> {
    let mut places: HashMap<Rc<str>, Vec<usize>> = HashMap::new();
    for (place, word) in (Words { state: seed }).take(words).enumerate() {
        places.entry(Rc::from(word.as_str())).or_default().push(place);
    }
    places
}

fn by_frequency(places: &HashMap<Rc<str>, Vec<usize>>) -> BTreeMap<usize, Vec<Rc<str>>> {
    let mut ordered: BTreeMap<usize, Vec<Rc<str>>> = BTreeMap::new();
    for (word, at) in places {
        ordered.entry(at.len()).or_default().push(Rc::clone(word));
    }
    ordered
}

fn main() {
    let rounds = std::env::args().nth(1).map_or(1, |text| text.parse().expect("a number"));
    let mut total = 0;
    for round in 0..rounds {
        let places = count(50_000, round);
        let lines: Vec<String> = by_frequency(&places)
            .iter()
            .map(|(times, words)| format!("{}: {}", times, words.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>().join(", ")))
            .collect();
        total += lines.iter().map(String::len).sum::<usize>();
    }
    println!("{} bytes", total);
}
