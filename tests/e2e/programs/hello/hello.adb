with Ada.Text_IO, Ada.Command_Line, Ada.Unchecked_Deallocation;
procedure Hello is
   type Text is access String;
   procedure Free is new Ada.Unchecked_Deallocation (String, Text);
   Word : Text := new String'("hello");
   subtype Block is String (1 .. 100);
   type Block_Access is access Block;
   Lost : Block_Access;
   task Worker;
   task body Worker is
   begin
      Ada.Text_IO.Put_Line ("a task");
   end Worker;
begin
   Ada.Text_IO.Put_Line (Word.all);
   Free (Word);
   if Ada.Command_Line.Argument_Count > 0 then
      Lost := new Block;
      Lost (1) := 'x';
      Ada.Text_IO.Put_Line ((1 => Lost (1)));
   end if;
end Hello;
