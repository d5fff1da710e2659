import core.stdc.stdlib : malloc;
import std.algorithm : map;
import std.array : array;

__gshared void*[16] keep;
__gshared int kept;

struct Pool(T)
{
    void* make(size_t size)
    {
        return keep[kept++] = malloc(size + T.sizeof);
    }
}

void work(int count)
{
    void inner(size_t size)
    {
        keep[kept++] = malloc(size + count);
    }

    inner(5000);
    auto squares = [1, 2, 3].map!(x => x * count).array;
    keep[kept++] = malloc(squares.length);
    Pool!int numbers;
    numbers.make(700);
    Pool!double others;
    others.make(800);
}

class Shape
{
    int[] points;
    this(int size) { points = new int[size]; }
}

void main()
{
    work(3);
    auto shape = new Shape(1000);
    auto later = (size_t size) { keep[kept++] = malloc(size); };
    later(shape.points.length);
}
