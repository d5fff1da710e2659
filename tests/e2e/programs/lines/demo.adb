with Ada.Containers.Vectors;
with Ada.Strings.Unbounded; use Ada.Strings.Unbounded;

procedure Demo is
   package Vectors is new Ada.Containers.Vectors (Positive, Unbounded_String);
   Words : Vectors.Vector;

   type Numbers is array (Positive range <>) of Integer;
   type Access_Numbers is access Numbers;
   Kept : Access_Numbers;

   procedure Fill (Count : Positive) is
      function Word (I : Positive) return Unbounded_String is
      begin
         return To_Unbounded_String ("a word that is long enough to be allocated" & I'Image);
      end Word;
   begin
      for I in 1 .. Count loop
         Words.Append (Word (I));
      end loop;
      Kept := new Numbers (1 .. Count * 1000);
      Kept (1) := 1;
   end Fill;
begin
   Fill (20);
   Kept := new Numbers (1 .. 500);
end Demo;
