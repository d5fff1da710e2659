"""Scripts for test_rgc_semantics.py, by name; programs/rgc_script.c describes the language."""

import re

FIXED = {
    "cycles": """
node a; node b; set a.a b; set b.a a; drop a b; collect 2
node c; set c.a c; set c.b c; refs c; drop c; collect 0; collect 0
node d; node e; node f; set d.a e; set e.a f; set f.a d; set f.b f; refs f; drop d e; collect 2; drop f; collect 2
node g; node h; set g.a h; set h.a g; set h.b none; drop h; set g.a none; collect 2; drop g; collect 2
""",
    "acyclic garbage ends at once": """
fin a; fin b; fin c; set a.a b; set b.a c; set a.b c; drop b c; say before; drop a; say after; collect 2
fin d; set d.a none; fin e; set d.a e; drop e; set d.a none; collect 2; drop d
""",
    "each member ends with all that hangs from it": """
fin p; fin a; fin b; fin c; set p.a a; set p.b b; set a.a c; set b.a c; drop a b c; drop p
fin q; fin d; weak w d : say called; set q.a d; set q.b w; drop d w; drop q
fin r; fin e; weak v e : say never; set r.a v; set r.b e; drop e v; drop r
fin s; fin f; fin g; set s.a s; set s.b f; set f.a g; drop f g; drop s; collect 2
node t; fin h; fin i; fin j; fin k; node l; set l.a h; set l.b i; set t.a l; node m; set m.a j; set m.b k; set t.b m; drop h i j k l m; drop t
""",
    "what a finalizer drops ends at once": """
fin a : drop b ; say after; fin b : drop c ; say between; fin c; drop a
fin d; weak w d : drop e ; say after; fin e; drop d
fin f : drop g ; say after; fin g; node h; set h.a f; set h.b h; drop f h; collect 2
fin i; fin j : drop i ; say after; fin k; list l; append l j; append l k; drop j k; drop l
""",
    "containers end from an end": """
fin a; fin b; fin c; list l; append l a; append l b; append l c; drop a b c; drop l
fin d; fin e; fin f; list m; append m d; append m e; append m f; drop d e f; empty m
fin g; fin h; fin i; tuple t g h i; drop g h i; drop t
fin j; fin k; fin o; dict d; put d one j; put d two k; put d three o; drop j k o; drop d
fin p; fin q; fin r; fin s; list u; tuple v p q; append u v; list w; append w r; append w s; append u w; drop p q r s v w; drop u
fin x; fin y; list z; append z x; append z z; append z y; drop x y; drop z; collect 2
""",
    "a weak reference that comes back": """
node a; fin b : let kept self; weak w a : say called; set b.a w; set b.b b; drop w b; collect 2; weakcount a; drop a; drop kept; collect 2
""",
    "generations are examined as they are joined": """
fin a; set a.a a; collect 1; fin b; set b.a b; collect 0; fin c; set c.a c; drop a b c; collect 2
fin d; set d.a d; collect 0; fin e; set e.a e; drop d e; collect 1
""",
    "what hangs from a cycle": """
fin a; fin b; fin c; set a.a b; set b.a a; set b.b c; weak w c :; drop b c; drop a; say garbage; collect 2; get w
""",
    "weak references": """
node a; weak v a; weak w a : say one; weak x a : say two; weakcount a; get v; drop w; weakcount a; drop a; get v; get x
node b; weak y b : get y ; say inside; drop b; get y; collect 2
node c; weak z c : drop z; drop c; say end
""",
    "weak references of unreachable objects": """
node a; weak w a : say seen; set a.a a; drop a; get w; collect 2; get w
node b; set b.a b; weak v b : say never; set b.b v; drop v b; collect 2
node c; node d; set c.a d; set d.a c; weak x c : get y; weak y d : get x; drop c d; collect 2
node e; set e.a e; weak z e : say reachable; node f; set f.a z; drop z e; collect 2; let z f.a; get z
""",
    "finalizers of a cycle run before anything is cleared": """
fin a : referents self; fin b : referents self; set a.a b; set b.a a; drop a b; collect 2; collect 2
fin c : weakcount self; weak w c; weak x c : say early; set c.a c; drop c; collect 2
fin d : get y; fin e : get y; weak y e; set d.a e; set e.a d; drop d e; collect 2
""",
    "resurrection": """
fin a : let keep self; drop a; finalized keep; refs keep; drop keep; say gone
fin b : let keep self; set b.a b; weak w b; drop b; collect 2; get w; finalized keep; refs keep; objects 2; collect 2
drop keep; collect 2
""",
    "a resurrected set survives whole": """
fin a : let keep self; fin b; fin c; fin d; set a.a b; set b.a c; set c.a a; set d.a d; set c.b d; drop a b c d
fin other; set other.a other; drop other
collect 2; finalized keep; finalized keep.a; objects -1; collect 2
drop keep; collect 2; objects -1
""",
    "a finalizer takes back only a part": """
fin a : set holder.a self.b; node holder; node p; node q; set a.a a; set a.b p; set p.a q; set q.a q
drop a p q; collect 2; objects -1; set holder.a none; collect 2
""",
    "weak references that a finalizer makes": """
fin a : weak late self; set a.a a; drop a; collect 2; get late
fin b : weak later self; drop b; get later
fin c : let keep self ; weak third self; set c.a c; drop c; collect 2; get third; drop keep; collect 2; get third
""",
    "weak references do not come back with their target": """
fin a : let keep self; weak w a : say called; set a.a a; drop a; collect 2; get w; drop keep; collect 2; get w
fin b : let keep self; weak v b : say after; drop b; get v; drop keep; get v
""",
    "generations": """
node a; set a.a a; objects 0; collect 0; objects 0; objects 1; collect 1; objects 1; objects 2; drop a; collect 0; collect 1; collect 2
node b; set b.a b; node c; set c.a b; collect 0; drop b; drop c; collect 0; collect 1; collect 0
node d; node e; set d.a d; set e.a d; collect 1; drop d; node f; set f.a e; drop e; drop f; collect 0; collect 2
""",
    "an old object keeps a young one": """
node old; collect 2; node young; set young.a young; set old.a young; drop young; collect 0; objects 1; objects 2
drop old; collect 0; collect 1; collect 2
node old; set old.a old; collect 2; node young; set old.b young; set young.a old; drop young old; collect 0; collect 1; collect 2
""",
    "counts": """
count; node a; count; node b; count; drop a; count; drop b; count; collect 0; count; collect 0; collect 0; count; collect 1; count
node a; node b; weak w a; count; collect 1; count; drop a b w; count; collect 2; count
""",
    "freeze": """
node a; set a.a a; node b; set b.a b; collect 0; freeze; count; objects -1; drop a; collect 2; unfreeze; objects 2; collect 2
objects -1; freeze; node c; set c.a b; set b.b c; drop b c; collect 2; unfreeze; collect 0; collect 1; collect 2
""",
    "introspection": """
node a; node b; fin c; set a.a b; set c.a b; set a.b c; referents a; referrers b; referrers c; referrers b c; referents b
tracked a; tracked c; finalized a; finalized c; set b.a b; referrers b; weak w a : say x; referrers a; tracked w; set c.b w; referents c
""",
    "settings": """
isenabled; disable; isenabled; collect 2; enable; isenabled; threshold 7 8 9; thresholds; threshold 0 5 5; thresholds; debug saveall; debug none
""",
    "callbacks": """
phases; collect 0; node a; set a.a a; drop a; collect 1; collect 2; nophases; collect 2
phases : collect 2 ; say nested; collect 0; node a; set a.a a; drop a; collect 0; nophases
fin b : collect 2 ; say inside; set b.a b; drop b; collect 2
fin c : collect 2 ; say outside; pairs 2; drop c; collect 2
node d; set d.a d; weak w d : collect 2; pairs 1; drop d; collect 2; collect 2
phases; phases : say twice; collect 0; nophases; collect 0
""",
    "garbage is kept": """
debug saveall; node a; set a.a a; node b; set b.a a; set a.b b; drop a b; collect 2; garbage; count; debug none; collect 2; garbage
garbageclear; garbage; collect 2
debug saveall; fin c; set c.a c; drop c; collect 2; collect 2; garbage; debug none; garbageclear; collect 2
""",
    "statistics": """
stats; pairs 3; collect 0; pairs 2; collect 1; collect 2; fin a : let keep self; set a.a a; drop a; collect 2; stats
""",
    "automatic": """
threshold 5 2 2; phases; pairs 40; nophases; count; stats; threshold 0 2 2; pairs 20; count
threshold 1 1 1; phases; pairs 3; nophases
""",
    "automatic, nothing to find": """
threshold 3 1 1; node a; node b; set a.a b; node c; set b.a c; node d; set c.a d; node e; set d.a e; count; node f; set e.a f; count
node g; set f.a g; node h; set g.a h; node i; set h.a i; count; drop a b c d e f g h i; count; objects -1; stats
""",
    "a finalizer that allocates in an automatic collection": """
threshold 4 10 10; fin a : pairs 6; set a.a a; drop a; phases; pairs 5; nophases; count; collect 2
""",
    "disabled": """
threshold 2 2 2; disable; pairs 30; count; objects -1; enable; node a; count; node b; count; collect 2
""",
    "a quarter of the old": "threshold 4 1 1; disable; " + "; ".join(
        [f"node n{i}" for i in range(60)]) + "; collect 1; collect 2; enable; phases; " + "; ".join(
            [f"node m{i}" for i in range(80)]) + "; nophases; count; stats",
    "lists": """
node a; node b; list l; append l a; append l b; append l l; length l; items l; refs a; refs l; referrers a; referents l; drop l; collect 2; refs a
list l; append l a; insert l 0 b; insert l -1 b; items l; store l -1 b; items l; remove l 0; items l; let x l[0]; refs x
weak w l : say ended; empty l; length l; drop l
fin c; list m; append m c; set c.a m; drop c m; collect 2
""",
    "dictionaries": """
node a; dict d; put d one a; put d two a; put d one d; length d; keys d; refs a; unput d two; unput d two; keys d; refs a; drop d; collect 2
plaindict p; tracked p; putint p k; tracked p; put p n a; tracked p; fin c; put p c c; set c.a p; drop p c; collect 2
dict e; put e x a; put e y a; put e x a; keys e; unput e x; put e x a; keys e; empty e; length e
""",
    "sets and tuples": """
node a; node b; hashset s; add s a; add s b; add s a; length s; discard s a; discard s a; length s; refs b; fin c; add s c; set c.a s; drop s c; collect 2
fin d; tuple t a d; length t; set d.b t; refs t; referents t; drop t d; collect 2; refs a
list l; append l l; tuple u l; append l u; drop l u; collect 2
""",
    "a cache of three": """
cache c echo 3 untyped; parameters c; call c 1; call c 2; call c 1; call c 3; call c 4; call c 2; call c 1; call c 3; info c
forget c; info c; call c 1; info c; call c 1 2; call c 2 1; call c 1 2; call c x=1; call c x=1 y=2; call c y=2 x=1; call c 1 x=1; info c
call c 'text'; call c 'text'; call c; call c; info c
""",
    "caches of no and of any size": """
cache z echo 0 untyped; call z 1; call z 1; info z; forget z; info z; parameters z; cache n echo -5 typed; call n 1; parameters n; info n
cache u echo unbounded untyped; """ + "; ".join(f"call u {i % 7}" for i in range(30)) + """; info u; parameters u
cache o echo 1 untyped; call o 1; call o 1; call o 2; call o 1; info o
""",
    "typed caches": """
cache t echo 10 typed; call t 1; call t 1.0; call t 1; call t 1.0; call t 1 2.0; call t 1.0 2; call t k=1; call t k=1.0; info t
cache u echo 10 untyped; call u 1 2.0; call u 1.0 2; call u k=1; call u k=1.0; info u
""",
    "recursion": """
cache f fib 2 untyped; call f 20; info f; cache g fib unbounded untyped; call g 10; info g; cache h fib 3 typed; call h 15; info h
cache s same 4 untyped; call s 1; call s 1; info s; cache r same 1 untyped; call r 1; call r 2; call r 1; info r
""",
    "failures are not kept": """
cache c fail 2 untyped; call c 1; call c 1; call c 2; call c 2; call c 3; info c; call c 4; call c 6; call c 2; info c
""",
    "cleared while it is being filled": """
cache c clearing 10 untyped; call c 5; info c; call c 5; info c; call c 6; info c; cache d clearing 1 untyped; call d 3; info d; call d 3; info d
cache e clearing unbounded untyped; call e 4; info e; call e 3; info e
""",
    "weak values": """
weakvalues d; node a; fin b; wput d one a; wput d two b; wlength d; wget d one; wget d three; whas d two; whas d three; refs a; weakcount a; each d
drop b; wlength d; wget d two; each d; wput d one a; weakcount a; node c; wput d one c; weakcount a; drop c; wlength d; wput d one a; drop a; whas d one
node e; wdefault d k e; node f; wdefault d k f; drop e; wdefault d k f; wpop d k; wpop d k; weakcount f; wput d k f; wdel d k; wdel d k; wput d k f; wempty d; wlength d; weakcount f
""",
    "keys that own": """
weakvalues d; fin k; node a; wput d @k a; drop k; say kept; drop a; wlength d
fin l; node b; wput d @l b; drop l; wput d @b b; each d; wempty d; refs b; weakcount b
text s one; wput d @s b; wget d one; drop s; wget d one; each d; drop d; weakcount b
""",
    "weak keys": """
weakkeys d; node a; fin b; fin v; wput d a v; wput d b v; refs v; wlength d; wget d a; whas d b; weakcount a; drop v; each d; drop a; wlength d; say last; drop b; wlength d
node c; fin w; wput d c w; drop w; wget d c; fin x; wput d c x; refs x; weakcount c; wdefault d c c; wpop d c; refs x; wdefault d c x; wdel d c; wdel d c; wpop d c
wput d c x; drop x; wempty d; weakcount c
""",
    "equal weak keys": """
weakkeys d; text a same; text b same; text c other; node v; node u; wput d a v; wput d b u; wlength d; weakcount a; weakcount b; wget d a; whas d c; drop a; whas d b; refs u
weakset s; text e same; wadd s b; wadd s e; wlength s; whas s e; drop b; wlength s; whas s e; wadd s e; wdiscard s e; wlength s
""",
    "weak sets": """
weakset s; node a; node b; wadd s a; wadd s b; wadd s a; wlength s; wmembers s; weakcount a; drop a; wmembers s; wtake s; wtake s; wlength s; wadd s b; wdiscard s b; wdiscard s b; whas s b
wadd s b; wcopy t s; wempty s; wmembers t; weakcount b; drop b; wlength t; drop s t
""",
    "weak containers and the collector": """
weakvalues d; weakkeys e; weakset s; node a; node b; set a.a b; set b.a a; wput d one a; wput e b d; wadd s a; wadd s b; drop a; quietcollect 2; drop b; wlength d; quietcollect 2
wlength d; wlength e; wlength s; each e; refs d
fin f : let g self; set f.a f; wput d one f; wput e f f; wadd s f; wempty e; drop f; quietcollect 2; wlength d; wlength s; wput d one g; drop g; quietcollect 2; wlength d
fin h : let i self; wput d one h; wadd s h; drop h; wlength d; wget d one; drop i; wlength d; wlength s
""",
    "weak containers in cycles": """
weakkeys d; node k; node v; set v.a d; wput d k v; weak w v : say garbage; drop d v; refs k; quietcollect 2; weakcount k
weakvalues e; node m; node n; set m.a e; wput e @m n; weak x m : say too; drop e m; quietcollect 2; weakcount n
weakkeys f; node p; node q; set q.a p; wput f p q; weak y p : say never; drop p q; quietcollect 2; wlength f; each f; wempty f
weakset s; node t; set t.a s; wadd s t; set t.b t; weak z t : say gone; drop s t; quietcollect 2
""",
    "walks over weak dictionaries": """
weakvalues d; node a; node b; node c; node e; wput d one a; wput d two b; wput d three c; wput d four e; each d : drop a c; wlength d; each d : drop b e; wlength d
weakkeys f; fin g; fin h; fin i; fin v; fin u; wput f g v; wput f h u; wput f i v; each f : drop g h i ; say dropped; wlength f; refs v; refs u
node j; node k; weakkeys l; wput l j j; each l : wput l k k; wlength l; wempty l; node m; weakvalues o; wput o x m; each o : wput o y m; wlength o; each o : drop o ; say alive
""",
    "what has ended and is still there": """
weakvalues d; node a; wput d one a; weak w a : wget d one ; whas d one ; wlength d ; wput d one b; node b; drop a; wget d one; wlength d
weakkeys e; node c; wput e c b; weak x c : wlength e ; each e ; say inside; drop c; wlength e
weakset s; node f; weak y f : wlength s ; say before; wadd s f; weak z f : wlength s ; say after; drop f; wlength s
weakkeys g; node h; wput g h b; weak u h : drop g ; say gone; drop h
""",
    "functions at the end": """
node a; atend e a : say one; atend f a : say two; weak w a : say weak; atend g a; epeek f; drop e; drop a; epeek f; ecall f; edetach f
node b; atend h b : say now; ecall h; ecall h; epeek h; weakcount b; atend i b; edetach i; edetach i; epeek i; drop b
fin c : let k self; atend j c : say last; drop c; epeek j; drop k; epeek j
node l; set l.a l; atend m l : say cycle; drop l; quietcollect 2; node n; atend o n : drop p ; say dropped; fin p; drop n
""",
    "functions at exit": """
node a; node b; atend e a : say e; atend f b : say f; atend g a : say g; eatexit f 0; epeek f; atend h b : say h ; atend i a; finalize; epeek e; epeek f; epeek i; finalize
drop b; node c; set c.a c; atend j c : say never; atend k c : say k; eatexit j 0; drop c; finalize; epeek j; node d; atend l d : say later; drop d; finalize
""",
    "iterators over containers": """
make l value [1,2.5,'x',(3,)]; make i iter l; ask next i; ask append l 4; ask list i; ask next i; ask append l 5; ask next i; ask list l
make d value {'a':1,'b':2,'c':3}; ask list d; make k keys d; make v values d; make t items d; ask next t; ask setitem d 'a' 9; ask next t; ask next v
ask setitem d 'z' 4; ask next t; ask next t; ask next v; ask next k; ask list d; make k keys d; ask delitem d 'a'; ask next k; ask list k
make k keys d; ask list k; ask delitem d 'z'; ask next k; ask list {1}; ask list (1,2); ask list 'text'; ask iter 5; ask list 1.5; ask list []
ask list {}; make e value []; ask extend e l; ask extend e 'ab'; ask extend e e; ask extend e 3; ask list e; ask iter l; make i iter l; ask iter i
""",
    "iterators over others": """
make r range 0 10 3; ask next r; ask list r; ask next r; ask range 0 1 0; make r range 5 -5 -4; ask list r; ask list r
make c countdown 3; ask next c; ask list c; ask next c; make c countdown 15; ask next c; ask next c; ask next c; ask next c; ask list c
make q quotients [3,0,-2] 12; ask next q; ask next q; ask next q; ask next q; make q quotients [1,0,2] 7; ask list q; ask list q
make b below [5,1,7,2] 5; ask next b; ask list b; make p pairs 'ab' 1; make z zip p [8,9,10] {'k':1}; ask next z; ask next z; ask list p
make c chain [1] 'a' (2,); ask list c; make c chain [1] 5 [2]; ask next c; ask next c; ask next c; make c chainfrom [[1,2],'x',[]]; ask list c; ask chainfrom 4
make e enumerate 'xyz' -1; ask next e; ask list e; ask zip [1] 2; make z zip [1,2,3] [4,5]; ask list z; ask list z
""",
    "slices of iterators": """
make r range 0 20 1; make s islice r 2 9 3; ask next s; ask next r; ask next s; ask list s; ask next s; ask next r
make s islice r 3 1 1; ask list s; ask next r; make s islice r 0 -1 100; ask next s; ask next s; ask next r; ask islice [1] -1 2 1; ask islice [1] 0 1 0
make c countdown 20; make s islice c 0 -1 1; ask list s; ask next s; make q quotients [0,1] 5; make s islice q 0 5 1; ask next s; ask next s; ask next q
""",
    "what iterators keep": """
fin a; fin b; list l; append l a; append l b; make i iter l; drop a b l; ask next i; say kept; ask next i; say end; ask next i; say after
fin c; list m; append m c; make i iter m; make j enumerate i 0; drop c m i; say kept; drop j; say gone
fin d; list n; append n d; make i iter n; append n i; drop d n i; say cycle; quietcollect 2
fin e; dict f; put f x e; make k values f; drop e f; ask next k; say last; ask next k; say gone
""",
    "order": """
ask compare 1 2; ask compare 2.5 2; ask compare -0.5 0; ask compare 9007199254740993 9007199254740992.0; ask compare 1 'a'; ask compare 'a' 'ab'
ask compare (1,'a') (1,'b'); ask compare (1,2) (1,2,3); ask compare (1,2) [1,2]; ask compare [1,[2]] [1,[2,0]]; ask compare {1:2} {1:3}; ask compare [{1:2},1] [{1:2},2]
make l value [3,1.5,2,1,-7]; ask sort l; ask value l; make l value ['b','a','ab']; ask sort l; ask value l; make l value [(2,'b'),(1,'x'),(2,'a'),(1,)]; ask sort l; ask value l
make l value [[2],[1,5],[],[1]]; ask sort l; ask value l; make l value [1,'a']; ask sort l; make l value [{1:1}]; ask sort l; ask sorted [2,1.0,1]; ask sorted [1,(2,)]
""",
    "heaps": """
make h value [5,3,8,1,9,2,7]; ask heapify h; ask value h; ask heappush h 4; ask value h; ask heappop h; ask value h; ask heapreplace h 6; ask value h
ask heappushpop h 0; ask heappushpop h 100; ask value h; make e value []; ask heappop e; ask heapreplace e 1; ask heappushpop e 1; ask value e
ask heappush e (2,'b'); ask heappush e (1,'c'); ask heappush e (1,); ask value e; ask heappop e; ask heappop e; ask heappop e; ask heappush h 'x'; ask value h
ask nsmallest 2 [3,1.0,2,1]; ask nlargest 3 [3,1,3.0,2]; ask nlargest 2 'hello'; ask nsmallest 0 [1]; ask nsmallest 9 {2:1,1:2}; ask nsmallest 1 5
make l value [1,2,2.0,3]; ask bisectleft l 2; ask bisectright l 2; ask insortleft l 2.5; ask insortright l 1.0; ask value l; ask bisectleft l 'x'; ask bisectleft [] 'x'
""",
    "strings": """
make s spaced '_a__b_c_'; ask words s -1; ask words s 1; ask words s 0; ask strip s; ask lstrip s; ask rstrip s; ask split s 'b' -1; ask split 'a,b,,c' ',' 2; ask split s '' 1
ask join ',' ['a','b','c']; ask join '--' 'xyz'; ask join '' []; ask join ',' 3; ask strip 'xaybyx' 'yx'; ask slice 'abcdef' -3 5; ask slice 'abc' 2 1
ask startswith 'abc' 'ab'; ask startswith 'abc' 'abcd'; ask endswith 'abc' 'bc'; ask endswith 'abc' ''; ask find 'ababab' 'ab' 1; ask find 'abc' 'x' 0; ask find 'abc' '' 3; ask find 'abc' '' 4
ask replace 'banana' 'an' 'AN' -1; ask replace 'banana' 'a' '' 2; ask replace 'abc' '' '-' -1; ask replace 'abc' '' '-' 2; ask replace '' '' 'x' -1; ask built 1 'two' [3.5]
""",
    "operations of containers": """
make l value [1,2.0,1.0,'x']; ask count l 1; ask index l 2; ask index l 5; ask listremove l 1; ask value l; ask listremove l 7; ask reverse l; ask value l; ask pop l 0; ask pop l 9
make a set [1,2,3]; make b set (2,3.0,4); ask union a b; ask intersection a b; ask difference a b; ask symmetric a b; ask isdisjoint a b; ask issubset a b; ask issuperset {1,2} {1}
ask isdisjoint {1} {2}; ask set 'hello'; ask set [[1]]; ask set 5; ask setupdate a 'xy'; ask setupdate a [[]]; ask tuple 'ab'; ask tuple {1:2}; ask tuple 5; make i range 0 3 1; ask tuple i
make d value {1:2}; ask setdefault d 1 9; ask setdefault d 2 9; ask pop d 1; ask pop d 1; ask update d {5:6,2:0}; ask value d; ask delitem d 7; ask setitem d [] 1
""",
    "a cache in a cycle with what it keeps": """
cache c holder 2 untyped; call c 1; call c 2; call c 1; call c 3; info c; drop c; quietcollect 2; say end
cache u holder unbounded untyped; call u 1; call u 2; call u 1; drop u; quietcollect 2; say end
cache v holder 8 typed; call v 1; forget v; info v; call v 1; drop v; quietcollect 2; say end
""",
}


def lines(script):
    """One command per line; ' ; ' is within what a colon begins."""
    return [command for line in script.strip().splitlines() for command in re.split(r"(?<! ); ", line)]


class Writer:
    """A random script, from a random.Random; variables are spent and filled blindly."""

    def __init__(self, random, automatic):
        self.random = random
        self.automatic = automatic
        self.script = []
        self.live = set()  # variables that hold a node for sure, finalizers aside
        self.made = 0

    def pick(self):
        return self.random.choice(sorted(self.live)) if self.live else self.create()

    def create(self):
        name = f"n{self.made}"
        self.made += 1
        kind = self.random.random()
        if kind < 0.7:
            self.script.append(f"node {name}")
        elif kind < 0.85:
            self.script.append(f"fin {name}")
        else:
            self.script.append(f"fin {name} : let k{name} self")
        self.live.add(name)
        return name

    def link(self):
        self.script.append(f"set {self.pick()}.{self.random.choice('ab')} {self.pick()}")

    def unlink(self):
        self.script.append(f"set {self.pick()}.{self.random.choice('ab')} none")

    def drop(self):
        name = self.pick()
        self.live.discard(name)
        self.script.append(f"drop {name}")

    def weak(self):
        name = f"w{self.made}"
        self.made += 1
        self.script.append(f"weak {name} {self.pick()}" + self.random.choice(["", " :", " : say called"]))
        if self.random.random() < 0.5:
            self.script.append(f"set {self.pick()}.{self.random.choice('ab')} {name}")
        if self.random.random() < 0.4:
            self.script.append(f"drop {name}")

    def forget_revived(self):
        if self.made:
            self.script.append(f"drop kn{self.random.randrange(self.made)}")

    def ask(self):
        name = self.pick()
        self.script.append(self.random.choice([
            f"refs {name}", f"referents {name}", f"referrers {name}", f"weakcount {name}", f"finalized {name}",
            f"tracked {name}", "stats", "count", "objects -1"]))

    def collect(self):
        if not self.automatic or self.random.random() < 0.1:
            self.script.append(f"collect {self.random.randrange(3)}")

    def freeze(self):
        if not self.automatic and self.random.random() < 0.2:
            self.script += ["freeze", f"collect {self.random.randrange(3)}", "unfreeze"]

    def begin(self):
        if self.automatic:
            self.script.append(f"threshold {self.random.randint(1, 8)} {self.random.randint(0, 4)} {self.random.randint(0, 4)}")

    def steps(self):
        return [self.create] * 4 + [self.link] * 6 + [self.unlink] + [self.drop] * 4 + [self.weak] * 2 + [
            self.collect] + [self.ask] * 2 + [self.forget_revived, self.freeze]

    LAST = ["threshold 0 1 1", "unfreeze", "collect 2", "objects 2", "stats"]

    def write(self, length):
        self.begin()
        steps = self.steps()
        while len(self.script) < length:
            self.random.choice(steps)()
        self.script += self.LAST
        return self.script


class WeakWriter(Writer):
    """The same with weak containers, and functions at an object's end.  Collections are quiet: Python's containers are
    several objects each.  Those that finalizers save are not the same (doc/rgc.md): so either containers are in cycles,
    or there are finalizers.  Keys that a weak value owned end after all of its callbacks there, as the weak reference
    has them too: so scripts with such keys, which have an @, are compared in any order."""

    LAST = ["quietcollect 2", "finalize", "objects -1"]

    def __init__(self, random):
        super().__init__(random, False)
        self.cyclic = random.random() < 0.5
        self.containers = {}  # those that variables hold: name -> kind
        self.endings = []
        self.owned_keys = random.random() < 0.25
        self.keys = set()  # to which Python has references that rgc has not

    def create(self):
        if not self.cyclic:
            return super().create()
        name = f"n{self.made}"
        self.made += 1
        self.script.append(f"node {name}")
        self.live.add(name)
        return name

    def container(self, *kinds):
        fitting = sorted(name for name, kind in self.containers.items() if kind in (kinds or ("weakvalues", "weakkeys", "weakset")))
        if fitting and self.random.random() < 0.9:
            return self.random.choice(fitting)
        name = f"c{self.made}"
        self.made += 1
        self.containers[name] = self.random.choice(kinds or ("weakvalues", "weakkeys", "weakset"))
        self.script.append(f"{self.containers[name]} {name}")
        return name

    def key(self, container):
        if self.containers[container] == "weakkeys":
            return self.pick()
        if not self.owned_keys or self.random.random() < 0.8:
            return self.random.choice("pqrstuvw")
        name = self.pick()
        self.keys.add(name)
        return "@" + name

    def put(self):
        name = self.container("weakvalues", "weakkeys")
        verb = self.random.choice(["wput"] * 4 + ["wdefault"])
        self.script.append(f"{verb} {name} {self.key(name)} {self.pick()}")

    def remove(self):
        name = self.container("weakvalues", "weakkeys")
        self.script.append(f"{self.random.choice(['wpop', 'wdel'])} {name} {self.key(name)}")

    def look(self):
        name = self.container("weakvalues", "weakkeys")
        self.script.append(f"{self.random.choice(['wget', 'whas'])} {name} {self.key(name)}")

    def join(self):
        self.script.append(f"{self.random.choice(['wadd', 'wadd', 'wdiscard'])} {self.container('weakset')} {self.pick()}")

    def whole(self):
        name = self.container()
        self.script.append(f"wlength {name}")
        self.script.append(f"wmembers {name}" if self.containers[name] == "weakset" else f"each {name}")

    def walk(self):
        """Not where an entry owns what Python drops when the walk is over, rgc at once."""
        fitting = sorted(name for name, kind in self.containers.items() if kind == "weakvalues")
        if not fitting or self.owned_keys:
            return
        name = self.random.choice(fitting)
        ended = [self.pick() for _ in range(self.random.randint(1, 4))]
        self.script.append(f"each {name} : drop {' '.join(ended)}")
        # There may have been nothing to walk over.
        self.script.append(f"drop {' '.join(ended)}")
        self.live -= set(ended)

    def copy(self):
        name = self.container()
        copy = f"c{self.made}"
        self.made += 1
        self.script.append(f"wcopy {copy} {name}")
        self.containers[copy] = self.containers[name]

    def let_go(self):
        name = self.container()
        if self.random.random() < 0.3:
            self.script.append(f"wempty {name}")
            return
        self.script.append(f"drop {name}")
        del self.containers[name]

    def entangle(self):
        if self.cyclic:
            self.script.append(f"set {self.pick()}.{self.random.choice('ab')} {self.container()}")

    def at_end(self):
        name = f"e{self.made}"
        self.made += 1
        self.script.append(f"atend {name} {self.pick()}")
        self.endings.append(name)

    def change_ending(self):
        if self.endings:
            name = self.random.choice(self.endings)
            self.script.append(self.random.choice(["ecall", "edetach", "epeek", "epeek"]) + f" {name}")
            self.script.append(f"eatexit {name} {self.random.randrange(2)}")

    def finalize(self):
        if self.random.random() < 0.2:
            self.script += ["quietcollect 2", "finalize"]

    def ask(self):
        name = self.pick()
        verbs = ["referents", "referrers", "weakcount", "finalized"] + ["refs"] * (name not in self.keys)
        self.script.append(f"{self.random.choice(verbs)} {name}")

    def collect(self):
        self.script.append(f"quietcollect {self.random.randrange(3)}")

    def steps(self):
        return [self.create] * 4 + [self.link] * 4 + [self.unlink] + [self.drop] * 5 + [self.weak] + [self.collect] + [
            self.ask] * 2 + [self.forget_revived] + [self.put] * 6 + [self.join] * 3 + [self.remove, self.look, self.walk, self.copy, self.let_go] + [
            self.whole] * 2 + [self.entangle] * 2 + [self.at_end, self.at_end, self.change_ending, self.finalize]


class ValueWriter:
    """A random script of functions that are called with values; each variable keeps its kind."""

    def __init__(self, random):
        self.random = random
        self.script = []
        self.made = {}  # variable -> kind

    def make(self, kind, function, *words):
        name = f"{kind[0]}{len(self.made)}"
        self.script.append(" ".join(["make", name, function, *map(str, words)]))
        self.made[name] = kind
        return name

    def ask(self, function, *words):
        self.script.append(" ".join(["ask", function, *map(str, words)]))

    def number(self):
        return self.random.randrange(-5, 20)

    def numbers(self):
        return "[" + ",".join(str(self.number()) for _ in range(self.random.randrange(6))) + "]"

    def table(self):
        return "{" + ",".join(f"{self.number()}:{self.number()}" for _ in range(self.random.randrange(6))) + "}"

    def pick(self, *kinds):
        """A variable of one of the kinds."""
        names = [name for name, kind in self.made.items() if kind in kinds]
        if not names or self.random.random() < 0.2:
            return self.new(kinds[0])
        return self.random.choice(names)

    def new(self, kind):
        if kind == "list":
            return self.make(kind, "value", self.numbers())
        if kind == "dict":
            return self.make(kind, "value", self.table())
        return self.source() if self.random.random() < 0.5 else self.filtered()


class IteratorWriter(ValueWriter):
    """Of iterators over each other, of numbers and of anything, with containers that change beneath."""

    def source(self):
        function, *words = self.random.choice([
            ("iter", self.pick("list")), ("iter", self.pick("dict")), ("keys", self.pick("dict")), ("values", self.pick("dict")),
            ("range", self.number(), self.number(), self.random.choice([-3, -1, 1, 2])), ("countdown", self.number())])
        return self.make("numbers", function, *words)

    def filtered(self):
        source = self.pick("list", "numbers", "dict") if self.random.random() < 0.5 else self.source()
        function, *words = self.random.choice([
            ("quotients", source, self.number()), ("below", source, self.number()), ("chain", self.pick("list"), source),
            ("islice", source, self.random.randrange(3), self.random.randrange(-1, 6), self.random.randrange(1, 4))])
        return self.make("numbers", function, *words)

    def combined(self):
        any_kind = ("numbers", "list", "dict", "anything")
        function, *words = self.random.choice([
            ("enumerate", self.pick(*any_kind), self.number()), ("zip", self.pick(*any_kind), self.pick(*any_kind)), ("zip", self.pick(*any_kind)),
            ("pairs", self.pick(*any_kind), self.number()), ("chain", self.pick(*any_kind), self.pick(*any_kind), self.pick(*any_kind)),
            ("items", self.pick("dict")), ("islice", self.pick(*any_kind), 0, self.random.randrange(-1, 6), 1)])
        return self.make("anything", function, *words)

    def step(self):
        for _ in range(self.random.randrange(1, 4)):
            self.ask("next", self.pick("numbers", "anything"))

    def all(self):
        self.ask("list", self.pick("numbers", "anything"))

    def change(self):
        if self.random.random() < 0.5:
            self.ask("append", self.pick("list"), self.number())
        else:
            self.ask(self.random.choice(["setitem {} {} 7", "delitem {} {}"]).format(self.pick("dict"), self.number()))

    def write(self, length):
        steps = [self.source, self.filtered] + [self.combined] * 2 + [self.step] * 6 + [self.all, self.change]
        while len(self.script) < length:
            self.random.choice(steps)()
        return self.script


class OrderWriter(ValueWriter):
    """Of lists that are sorted, heaps, or anything, with values that have an order and some that have none."""

    def value(self):
        usual = self.random.random() < 0.97
        return self.random.choice([self.number(), self.number() / 4] if usual else ["'text'", "(1,2)"])

    def key(self, depth=2):
        """Of values that are in order only as far as they are alike."""
        choice = self.random.random()
        if not depth or choice < 0.4:
            return str(self.random.choice([0, 1, 1.0, 2.5, "'a'", "'ab'", "''", 10**15, -3]))
        items = ",".join(self.key(depth - 1) for _ in range(self.random.randrange(3)))
        return f"[{items}]" if choice < 0.7 else f"({items},)" if items else "()"

    def compare(self):
        for _ in range(3):
            self.ask("compare", self.key(), self.key())

    def begin(self):
        name = self.make(self.random.choice(["sorted", "heap"]), "value",
                         "[" + ",".join(str(self.value()) for _ in range(self.random.randrange(12))) + "]")
        self.ask("sort" if self.made[name] == "sorted" else "heapify", name)
        self.ask("value", name)

    def new(self, kind):
        name = self.make(kind, "value", "[]")
        return name

    def use_heap(self):
        heap = self.pick("heap")
        self.ask(self.random.choice(["heappop {}", "heappush {} {}", "heappush {} {}", "heapreplace {} {}", "heappushpop {} {}"]).format(heap, self.value()))
        self.ask("value", heap)

    def use_sorted(self):
        self.ask(self.random.choice(["bisectleft", "bisectright", "insortleft", "insortright"]), self.pick("sorted"), self.value())
        self.ask("value", self.pick("sorted"))

    def select(self):
        self.ask(self.random.choice(["nsmallest", "nlargest"]), self.random.randrange(8), self.pick("heap", "sorted"))

    def write(self, length):
        steps = [self.begin, self.select, self.compare] + [self.use_heap] * 4 + [self.use_sorted] * 3
        while len(self.script) < length:
            self.random.choice(steps)()
        return self.script


class TextWriter(ValueWriter):
    """Of strings with few different characters, so that what is looked for is often there."""

    def text(self, longest):
        return "'" + "".join(self.random.choice("ab._") for _ in range(self.random.randrange(longest + 1))) + "'"

    def new(self, kind):
        return self.make(kind, "spaced", self.text(14))

    def step(self):
        string, most = self.pick("string"), self.random.randrange(-1, 4)
        self.ask(*self.random.choice([
            ("split", string, self.text(2), most), ("words", string, most), ("strip", string), ("lstrip", string), ("rstrip", string),
            ("strip", string, self.text(2)), ("lstrip", string, self.text(2)), ("rstrip", string, self.text(2)),
            ("slice", string, self.number(), self.number()), ("startswith", string, self.text(1)), ("endswith", string, self.text(1)),
            ("find", string, self.text(2), self.random.randrange(9)), ("replace", string, self.text(2), self.text(2), most),
            ("join", self.text(2), string), ("built", string, self.number(), self.text(3))]))

    def write(self, length):
        while len(self.script) < length:
            self.step()
        return self.script


class ContainerWriter(ValueWriter):
    """Of lists, sets and dictionaries of few different numbers, which so are often equal."""

    def number(self):
        return self.random.choice([0, 1, 2, 3, 1.0, 2.5, "'a'", "(1,)", "(1.0,)"])

    def new(self, kind):
        if kind != "set":
            return super().new(kind)
        return self.make(kind, "set", "[" + ",".join(str(self.random.randrange(9)) for _ in range(self.random.randrange(9))) + "]")

    def step(self):
        items, table, number = self.pick("list"), self.pick("dict"), self.number()
        a, b = self.pick("set"), self.pick("set")
        self.ask(*self.random.choice([
            ("listremove", items, number), ("index", items, number), ("count", items, number), ("append", items, number), ("reverse", items),
            ("value", items), ("pop", items, self.random.randrange(-3, 4)), ("tuple", table), ("setupdate", a, self.pick("set")),
            ("union", a, b), ("intersection", a, b), ("difference", a, b), ("symmetric", a, b), ("issubset", a, b), ("issuperset", a, b),
            ("isdisjoint", a, b), ("setdefault", table, number, 7), ("pop", table, number), ("update", table, self.pick("dict")),
            ("value", table)]))

    def write(self, length):
        while len(self.script) < length:
            self.step()
        return self.script
