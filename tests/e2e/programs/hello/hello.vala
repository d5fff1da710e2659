int main (string[] args) {
    var words = new HashTable<string, string> (str_hash, str_equal);
    words["hello"] = "world";
    var list = new List<string> ();
    list.append ("one");
    print ("hello %u %u\n", words.size (), list.length ());
    if (args.length > 1) {
        void *lost = malloc (100);
        print ("%p\n", lost);
    }
    return 0;
}
