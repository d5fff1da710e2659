#[macro_use]
mod macros;

use std::collections::HashMap;

struct Shape {
    points: Vec<u64>,
}

trait Draw {
    fn draw(&self) -> String;
}

impl Shape {
    fn fill(count: usize) -> Shape {
        let mut points = Vec::with_capacity(count);
        points.push(1);
        Shape { points }
    }
}

impl Draw for Shape {
    fn draw(&self) -> String {
        format!("a shape of {} points, drawn", self.points.len())
    }
}

struct Pool<T> {
    items: Vec<T>,
}

impl<T: Clone> Pool<T> {
    fn make(item: T, count: usize) -> Pool<T> {
        Pool { items: vec![item; count] }
    }
}

fn outer(count: usize) -> Vec<Box<[u8]>> {
    fn inner(size: usize) -> Box<[u8]> {
        vec![1u8; size].into_boxed_slice()
    }
    struct Counter {
        kept: Vec<Box<[u8]>>,
    }
    impl Counter {
        fn add(&mut self, size: usize) {
            self.kept.push(inner(size));
        }
    }
    let mut counter = Counter { kept: Vec::new() };
    for i in 0..count {
        counter.add(1000 * (i + 1));
    }
    let more = |size: usize| inner(size + 1);
    counter.kept.push(more(5));
    let last = vec![7u8; count * 40];
    counter.kept.push(last.into_boxed_slice());
    counter.kept
}

fn main() {
    let kept = outer(std::env::args().count() + 3);
    let shape = Shape::fill(3000);
    let text = shape.draw();
    let bytes = Pool::make(5u8, 700);
    let words = Pool::make(String::from("text"), 8);
    let boxed: Box<dyn Draw> = Box::new(Shape::fill(4));
    let table: HashMap<String, usize> = words.items.iter().cloned().zip(0..).collect();
    let made = made!(900);
    println!("{} {} {} {} {} {}", kept.len(), text, bytes.items.len(), boxed.draw(), table.len(), made.len());
    println!("{} {}", shape.named(30), 7u64.named(40));
}

trait Named {
    fn named(&self, length: usize) -> String {
        "x".repeat(length)
    }
}

impl Named for Shape {}
impl Named for u64 {}
