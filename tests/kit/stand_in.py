"""A stand-in for `ldifde` under Wine: it keeps a small directory in a file, refuses what a real one refuses, logs.

What is taken from the real program: it stops at the first record that is refused, leaves `ldif.log` with "NUMBER: DN"
of each record it began, and ends with another code than 0. The words are made up: nothing may rest on them.
"""

from collections.abc import Sequence

from console.domain.kit.runner import Sent

BATCH_FILE = """@echo off
>>C:\\stubs\\calls echo ldifde %*
cscript //nologo //B C:\\stubs\\LDIFDE.VBS %*
exit %ERRORLEVEL%
"""

PROGRAM = r"""Option Explicit
Dim Files, Tree, Log, Path, Folder, Filter, Reads, i
Set Files = CreateObject("Scripting.FileSystemObject")
Set Tree = CreateObject("Scripting.Dictionary")
For i = 0 To WScript.Arguments.Count - 1
    If WScript.Arguments(i) = "-f" Then Path = WScript.Arguments(i + 1)
    If WScript.Arguments(i) = "-j" Then Folder = WScript.Arguments(i + 1)
    If WScript.Arguments(i) = "-r" Then Filter = WScript.Arguments(i + 1)
    If WScript.Arguments(i) = "-i" Then Reads = True
Next
Load
Set Log = Files.CreateTextFile(Folder & "\ldif.log", True)
Log.WriteLine "Verbindung mit dem Domaenencontroller."
If Reads Then Imports Else Exports

Sub Load
    Dim file, row
    Set file = Files.OpenTextFile("C:\stubs\tree", 1)
    Do Until file.AtEndOfStream
        row = file.ReadLine
        If row <> "" Then Tree(row) = True
    Loop
    file.Close
End Sub

Sub Keep
    Dim file, row
    Set file = Files.CreateTextFile("C:\stubs\tree", True)
    For Each row In Tree.Keys
        file.WriteLine row
    Next
    file.Close
End Sub

Sub Imports
    Dim file, text, part, number, code
    Set file = Files.OpenTextFile(Path, 1)
    text = Replace(file.ReadAll, vbCrLf & " ", "")
    file.Close
    number = 0
    For Each part In Split(text, vbCrLf & vbCrLf)
        If Left(part, 3) = "dn:" Then
            number = number + 1
            If Not Files.FileExists("C:\stubs\mute") Then Log.WriteLine number & ": " & Shown(Split(part, vbCrLf))
            code = Carried(Split(part, vbCrLf))
            If code <> 0 Then
                Log.WriteLine "Fehler in Zeile 7: 0x" & code
                Set file = Files.CreateTextFile(Folder & "\ldif.err", True)
                file.Close
                Ends code
            End If
            Log.WriteLine "Eintrag bearbeitet."
        End If
    Next
    Ends 0
End Sub

Sub Ends(code)
    Log.Close
    Keep
    WScript.Quit code
End Sub

Function Shown(rows)
    If Left(rows(0), 4) = "dn::" Then Shown = "CN=???" Else Shown = Mid(rows(0), 5)
End Function

Function Carried(rows)
    Dim pass, i, verb, key, name
    Carried = 0
    If Not Tree.Exists(rows(0)) Then Carried = 32
    For pass = 1 To 2
        verb = ""
        For i = 2 To UBound(rows)
            key = rows(0) & vbTab & rows(i)
            If rows(i) = "-" Or rows(i) = "" Then
                verb = ""
            ElseIf verb = "" Then
                verb = Left(rows(i), InStr(rows(i), ":") - 1)
                name = Mid(rows(i), InStr(rows(i), ":") + 2)
                If pass = 2 And verb = "replace" Then Clear rows(0) & vbTab & name & ":"
            ElseIf pass = 1 And verb = "delete" And Not Tree.Exists(key) Then
                If Carried = 0 Then Carried = 16
            ElseIf pass = 1 And verb = "add" And Tree.Exists(key) Then
                If Carried = 0 Then Carried = 20
            ElseIf pass = 2 And verb = "delete" Then
                Tree.Remove key
            ElseIf pass = 2 Then
                Tree(key) = True
            End If
        Next
        If Carried <> 0 Then Exit Function
    Next
End Function

Sub Clear(opening)
    Dim row
    For Each row In Tree.Keys
        If Left(row, Len(opening)) = opening Then Tree.Remove row
    Next
End Sub

Sub Exports
    Dim file, row, other, name
    Set file = Files.CreateTextFile(Path, True)
    For Each row In Tree.Keys
        If InStr(row, vbTab) = 0 Then
            For Each name In Split(Replace(Replace(Filter, "(", ""), "|", ""), ")")
                If name <> "" And HasName(row, name) Then
                    file.WriteLine Left(row, 20) & vbCrLf & " " & Mid(row, 21)
                    file.WriteLine "changetype: add"
                    file.WriteLine Replace(name, "=", ": ", 1, 1) & vbCrLf
                End If
            Next
        End If
    Next
    file.Close
    Ends 0
End Sub

Function HasName(owner, name)
    Dim row, wanted
    HasName = False
    wanted = Replace(Replace(Replace(name, "=", ": ", 1, 1), "\28", "("), "\29", ")")
    For Each row In Tree.Keys
        If LCase(row) = LCase(owner & vbTab & wanted) Then HasName = True
    Next
End Function
"""


class Tree:
    """The same small directory in Python: objects by their line `dn: …`, each value as its line `attribute: …`."""

    def __init__(self, lines: Sequence[str]) -> None:
        """`lines` as the stand-in keeps them: an object, or an object, a tab and a value."""
        self.lines = list(lines)

    def __call__(self, records: Sequence[str]) -> Sent:
        """Carry out records up to the first that is refused, as `ldifde` does."""
        for passed, record in enumerate(records):
            code = self._carry_out(record.replace("\n ", "").rstrip("\n").split("\n"))
            if code:
                return Sent(code, passed)
        return Sent(0)

    def _carry_out(self, rows: list[str]) -> int:
        name, verb, after = rows[0], "", list(self.lines)
        if name not in after:
            return 32
        for row in rows[2:]:
            key = f"{name}\t{row}"
            if row == "-":
                verb = ""
            elif not verb:
                verb, attribute = row.split(": ")
                if verb == "replace":
                    after = [line for line in after if not line.startswith(f"{name}\t{attribute}:")]
            elif verb == "delete":
                if key not in after:
                    return 16
                after.remove(key)
            elif verb == "add" and key in after:
                return 20
            else:
                after.append(key)
        self.lines = after
        return 0
