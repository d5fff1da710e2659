use std::collections::HashMap;
fn main() {
    let mut words = HashMap::new();
    words.insert(String::from("hello"), 1);
    let count = std::thread::spawn(move || words.len()).join().unwrap();
    println!("hello {}", count);
    if std::env::args().count() > 1 {
        let lost: Vec<u8> = Vec::with_capacity(100);
        println!("{:p}", lost.as_ptr());
        std::mem::forget(lost);
    }
}
