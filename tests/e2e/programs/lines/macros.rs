macro_rules! made {
    ($count:expr) => {{
        let mut list: Vec<u64> = Vec::with_capacity($count);
        list.push(1);
        list.extend(vec![2u64; 30]);
        list
    }};
}
