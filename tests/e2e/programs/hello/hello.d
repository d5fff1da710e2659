import core.stdc.stdlib : malloc;
import std.stdio : writeln;

void main(string[] arguments)
{
    int[string] words;
    words["hello"] = 1;
    writeln("hello ", words.length);
    if (arguments.length > 1)
        writeln(malloc(100));
}
