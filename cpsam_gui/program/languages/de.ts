<?xml version='1.0' encoding='utf-8'?>
<TS version="2.1" language="de" sourcelanguage="en">
  <context>
    <name>cpsam-gui</name>
    <message>
      <source>   {:,.1f} µm²</source>
      <translation>   {:,.1f} µm²</translation>
    </message>
    <message>
      <source>  (Page Up, Page Down)</source>
      <translation>  (Bild auf, Bild ab)</translation>
    </message>
    <message>
      <source>  ({:.1f}, {:.1f} µm)</source>
      <translation>  ({:.1f}; {:.1f} µm)</translation>
    </message>
    <message>
      <source> (discarded)</source>
      <translation> (verworfen)</translation>
    </message>
    <message>
      <source> (kept for later)</source>
      <translation> (für später behalten)</translation>
    </message>
    <message>
      <source> (older copy: the project was saved after it)</source>
      <translation> (ältere Kopie: das Projekt wurde danach gespeichert)</translation>
    </message>
    <message>
      <source> Did you mean {}?</source>
      <translation> War {} gemeint?</translation>
    </message>
    <message>
      <source> and is older than the masks</source>
      <translation> und ist älter als die Masken</translation>
    </message>
    <message>
      <source> from the last saved state</source>
      <translation> beim zuletzt gesicherten Stand</translation>
    </message>
    <message>
      <source> min</source>
      <translation> min</translation>
    </message>
    <message>
      <source> near sign {}</source>
      <translation> bei Zeichen {}</translation>
    </message>
    <message>
      <source> px</source>
      <translation> px</translation>
    </message>
    <message>
      <source> s after the last change</source>
      <translation> s nach der letzten Änderung</translation>
    </message>
    <message>
      <source> voxels</source>
      <translation> Voxel</translation>
    </message>
    <message>
      <source>&amp;0   No class</source>
      <translation>&amp;0   Keine Klasse</translation>
    </message>
    <message>
      <source>&amp;: write and</source>
      <translation>&amp;: and schreiben</translation>
    </message>
    <message>
      <source>(mean - b) x A</source>
      <translation>(Mittelwert - b) x A</translation>
    </message>
    <message>
      <source>(mean - g) x A</source>
      <translation>(Mittelwert - g) x A</translation>
    </message>
    <message>
      <source>(now in plane {})</source>
      <translation>(jetzt in Ebene {})</translation>
    </message>
    <message>
      <source>(point here for {count} more)</source>
      <translation>(hierher zeigen: {count} weitere)</translation>
    </message>
    <message>
      <source>, about 1.2 GB to download</source>
      <translation>, etwa 1,2 GB herunterzuladen</translation>
    </message>
    <message>
      <source>, complete in parts only</source>
      <translation>, nur in Teilen vollständig</translation>
    </message>
    <message>
      <source>, {count} outlines checked by nobody</source>
      <translation>, {count} Umrisse von niemandem geprüft</translation>
    </message>
    <message>
      <source>-1 to 1</source>
      <translation>-1 bis 1</translation>
    </message>
    <message>
      <source>-sum p(i, j) ln p(i, j)</source>
      <translation>-Summe p(i, j) ln p(i, j)</translation>
    </message>
    <message>
      <source>0   No class</source>
      <translation>0   Keine Klasse</translation>
    </message>
    <message>
      <source>0 to 1</source>
      <translation>0 bis 1</translation>
    </message>
    <message>
      <source>0 to about 1</source>
      <translation>0 bis etwa 1</translation>
    </message>
    <message>
      <source>1 - minor axis / major axis</source>
      <translation>1 - Nebenachse / Hauptachse</translation>
    </message>
    <message>
      <source>1 and more</source>
      <translation>ab 1</translation>
    </message>
    <message>
      <source>1 byte</source>
      <translation>1 Byte</translation>
    </message>
    <message>
      <source>1 image with {objects} objects</source>
      <translation>1 Bild mit {objects} Objekten</translation>
    </message>
    <message>
      <source>1 image with {objects} objects for training, {aside} for validation</source>
      <translation>1 Bild mit {objects} Objekten zum Trainieren, {aside} zum Validieren</translation>
    </message>
    <message>
      <source>1 object</source>
      <translation>1 Objekt</translation>
    </message>
    <message>
      <source>1 object copied</source>
      <translation>1 Objekt kopiert</translation>
    </message>
    <message>
      <source>1 object deleted or refused by hand stays away</source>
      <translation>1 von Hand gelöschtes oder abgelehntes Objekt bleibt weg</translation>
    </message>
    <message>
      <source>1 object deleted or refused by hand stays away (Replace all brings it back)</source>
      <translation>1 von Hand gelöschtes oder abgelehntes Objekt bleibt weg („Alle ersetzen“ bringt es zurück)</translation>
    </message>
    <message>
      <source>1 object found</source>
      <translation>1 Objekt gefunden</translation>
    </message>
    <message>
      <source>1 object imported from {name}</source>
      <translation>1 Objekt aus {name} importiert</translation>
    </message>
    <message>
      <source>1 object in the region</source>
      <translation>1 Objekt im Bereich</translation>
    </message>
    <message>
      <source>1 object so far</source>
      <translation>1 Objekt bisher</translation>
    </message>
    <message>
      <source>1 object that you touched will be replaced</source>
      <translation>1 von Ihnen bearbeitetes Objekt wird ersetzt</translation>
    </message>
    <message>
      <source>1 object, segmented ahead with {1}</source>
      <translation>1 Objekt, im Voraus segmentiert mit {1}</translation>
    </message>
    <message>
      <source>1 possible cell without a mask</source>
      <translation>1 mögliche Zelle ohne Maske</translation>
    </message>
    <message>
      <source>1 stays away</source>
      <translation>1 bleibt weg</translation>
    </message>
    <message>
      <source>1 step</source>
      <translation>1 Schritt</translation>
    </message>
    <message>
      <source>1,000 steps along the flows, smoothing 2, objects of 1,000 voxels or more</source>
      <translation>1.000 Schritte entlang der Flüsse, Glättung 2, Objekte ab 1.000 Voxeln</translation>
    </message>
    <message>
      <source>20 min</source>
      <translation>20 min</translation>
    </message>
    <message>
      <source>2D, linked across planes</source>
      <translation>2D, über Ebenen verbunden</translation>
    </message>
    <message>
      <source>2D, separate planes</source>
      <translation>2D, einzelne Ebenen</translation>
    </message>
    <message>
      <source>3D volume</source>
      <translation>3D-Volumen</translation>
    </message>
    <message>
      <source>4 pi A / P^2; 1 for a disc (planes)</source>
      <translation>4 pi A / P^2; 1 bei einer Kreisscheibe (Ebenen)</translation>
    </message>
    <message>
      <source>4 sqrt(l1), l1 the largest variance of the pixels' positions; of stacks sqrt(20 l1)</source>
      <translation>4 sqrt(l1), l1 die größte Varianz der Pixelpositionen; bei Stapeln sqrt(20 l1)</translation>
    </message>
    <message>
      <source>5 min</source>
      <translation>5 min</translation>
    </message>
    <message>
      <source>8-bit optimiser</source>
      <translation>8-Bit-Optimierer</translation>
    </message>
    <message>
      <source>90 min</source>
      <translation>90 min</translation>
    </message>
    <message>
      <source>A / area of the box along the axes</source>
      <translation>A / Fläche des umschließenden Rechtecks entlang der Achsen</translation>
    </message>
    <message>
      <source>A / convex area</source>
      <translation>A / konvexe Fläche</translation>
    </message>
    <message>
      <source>A JSON file as for cpsam measure --recipe</source>
      <translation>Eine JSON-Datei wie für cpsam measure --recipe</translation>
    </message>
    <message>
      <source>A class key may have been pressed by accident.</source>
      <translation>Eine Klassentaste wurde vielleicht versehentlich gedrückt.</translation>
    </message>
    <message>
      <source>A difference of {} would have been seen.</source>
      <translation>Ein Unterschied von {} wäre aufgefallen.</translation>
    </message>
    <message>
      <source>A list can follow in only, as in {} in (1, 2).</source>
      <translation>Eine Liste kann nur auf in folgen, wie in {} in (1, 2).</translation>
    </message>
    <message>
      <source>A list is not an image: give one image after another, or put planes of one image together with numpy.stack and say what the axes are.</source>
      <translation>Eine Liste ist kein Bild: Geben Sie ein Bild nach dem anderen, oder fassen Sie Ebenen eines Bildes mit numpy.stack zusammen und sagen Sie, was die Achsen sind.</translation>
    </message>
    <message>
      <source>A little better, about three times slower</source>
      <translation>Etwas besser, etwa dreimal so langsam</translation>
    </message>
    <message>
      <source>A model is being trained</source>
      <translation>Ein Modell wird trainiert</translation>
    </message>
    <message>
      <source>A model is being trained or compared</source>
      <translation>Ein Modell wird gerade trainiert oder verglichen</translation>
    </message>
    <message>
      <source>A new model is being compared</source>
      <translation>Ein neues Modell wird verglichen</translation>
    </message>
    <message>
      <source>A run of another model to compare with</source>
      <translation>Ein Lauf eines anderen Modells zum Vergleichen</translation>
    </message>
    <message>
      <source>A run of the folder goes on meanwhile.</source>
      <translation>Ein Lauf über den Ordner läuft dabei weiter.</translation>
    </message>
    <message>
      <source>A training named {} was interrupted. Choose another name, or continue the interrupted training or give it up.</source>
      <translation>Ein Training namens {} wurde unterbrochen. Wählen Sie einen anderen Namen, oder setzen Sie das unterbrochene Training fort oder geben Sie es auf.</translation>
    </message>
    <message>
      <source>A: number of pixels</source>
      <translation>A: Zahl der Pixel</translation>
    </message>
    <message>
      <source>AXIS</source>
      <translation>AXIS</translation>
    </message>
    <message>
      <source>About cpsam-gui</source>
      <translation>Über cpsam-gui</translation>
    </message>
    <message>
      <source>About {time} on {where}</source>
      <translation>Etwa {time} auf {where}</translation>
    </message>
    <message>
      <source>Accept</source>
      <translation>Annehmen</translation>
    </message>
    <message>
      <source>Accept  (Enter)</source>
      <translation>Annehmen  (Enter)</translation>
    </message>
    <message>
      <source>Accept and next</source>
      <translation>Annehmen und weiter</translation>
    </message>
    <message>
      <source>Accept, finish</source>
      <translation>Annehmen, fertig</translation>
    </message>
    <message>
      <source>Accepted</source>
      <translation>Angenommen</translation>
    </message>
    <message>
      <source>Action</source>
      <translation>Aktion</translation>
    </message>
    <message>
      <source>Add</source>
      <translation>Hinzufügen</translation>
    </message>
    <message>
      <source>Agreement</source>
      <translation>Übereinstimmung</translation>
    </message>
    <message>
      <source>Agreement of {count} people</source>
      <translation>Übereinstimmung von {count} Personen</translation>
    </message>
    <message>
      <source>All</source>
      <translation>Alle</translation>
    </message>
    <message>
      <source>All changes saved</source>
      <translation>Alle Änderungen gespeichert</translation>
    </message>
    <message>
      <source>All channels are shown</source>
      <translation>Alle Kanäle sind zu sehen</translation>
    </message>
    <message>
      <source>All epochs of the published recipe, however long that takes</source>
      <translation>Alle Epochen des veröffentlichten Rezepts, so lange es auch dauert</translation>
    </message>
    <message>
      <source>All files</source>
      <translation>Alle Dateien</translation>
    </message>
    <message>
      <source>All masks are made again, except those drawn, corrected or locked; thresholds set by hand for an image are kept</source>
      <translation>Alle Masken werden neu erzeugt, außer gezeichneten, korrigierten und gesperrten; Schwellen, die für ein Bild von Hand gesetzt wurden, bleiben</translation>
    </message>
    <message>
      <source>All missed cells have been reviewed</source>
      <translation>Alle übersehenen Zellen sind durchgesehen</translation>
    </message>
    <message>
      <source>All objects</source>
      <translation>Alle Objekte</translation>
    </message>
    <message>
      <source>All objects have been reviewed</source>
      <translation>Alle Objekte sind durchgesehen</translation>
    </message>
    <message>
      <source>All parts: squares with corrected objects or complete regions of an image larger than memory.</source>
      <translation>Alle Teile: Quadrate mit korrigierten Objekten oder vollständigen Regionen eines Bildes, das größer ist als der Speicher.</translation>
    </message>
    <message>
      <source>All planes. A stack of which all masks count judges by its bodies in 3D when it is kept aside.</source>
      <translation>Alle Ebenen. Zählen alle Masken eines zurückgehaltenen Stapels, wird das Modell an seinen 3D-Objekten beurteilt.</translation>
    </message>
    <message>
      <source>All time points</source>
      <translation>Alle Zeitpunkte</translation>
    </message>
    <message>
      <source>All weights</source>
      <translation>Alle Gewichte</translation>
    </message>
    <message>
      <source>Along the horizontal axis</source>
      <translation>Entlang der waagerechten Achse</translation>
    </message>
    <message>
      <source>Along the vertical axis</source>
      <translation>Entlang der senkrechten Achse</translation>
    </message>
    <message>
      <source>Also learn the classes of the objects</source>
      <translation>Auch die Klassen der Objekte lernen</translation>
    </message>
    <message>
      <source>Alt+click</source>
      <translation>Alt+Klick</translation>
    </message>
    <message>
      <source>Among them</source>
      <translation>Darunter</translation>
    </message>
    <message>
      <source>An earlier state…</source>
      <translation>Ein früherer Stand…</translation>
    </message>
    <message>
      <source>An expression over columns cannot hold {}.</source>
      <translation>Ein Ausdruck über Spalten kann das nicht enthalten: {}.</translation>
    </message>
    <message>
      <source>An image file or a folder; flat images, z-stacks and movies, any number of channels</source>
      <translation>Eine Bilddatei oder ein Ordner; Einzelbilder, z-Stapel und Filme mit beliebig vielen Kanälen</translation>
    </message>
    <message>
      <source>An image of this size is segmented beside its file, and it has none.</source>
      <translation>Ein Bild dieser Größe wird neben seiner Datei segmentiert, und dieses hat keine Datei.</translation>
    </message>
    <message>
      <source>An outline needs three corners</source>
      <translation>Ein Umriss braucht drei Ecken</translation>
    </message>
    <message>
      <source>Another job is running: try again when it has finished</source>
      <translation>Etwas anderes läuft noch: erneut versuchen, wenn es zu Ende ist</translation>
    </message>
    <message>
      <source>Another model…</source>
      <translation>Anderes Modell…</translation>
    </message>
    <message>
      <source>Apple graphics</source>
      <translation>Apple-Grafik</translation>
    </message>
    <message>
      <source>Area</source>
      <translation>Fläche</translation>
    </message>
    <message>
      <source>As annotations, which QuPath lets you edit</source>
      <translation>Als Annotationen, die sich in QuPath bearbeiten lassen</translation>
    </message>
    <message>
      <source>As in the paper</source>
      <translation>Wie veröffentlicht</translation>
    </message>
    <message>
      <source>As it is (30 px)</source>
      <translation>Wie es ist (30 px)</translation>
    </message>
    <message>
      <source>As many epochs as fit into the time, as measured on this computer</source>
      <translation>So viele Epochen, wie hineinpassen; vor dem Training auf diesem Rechner gemessen</translation>
    </message>
    <message>
      <source>Ask</source>
      <translation>Nachfragen</translation>
    </message>
    <message>
      <source>At most about 20 minutes; ends early where nothing gets better</source>
      <translation>Höchstens etwa 20 Minuten; endet früher, wenn nichts mehr besser wird</translation>
    </message>
    <message>
      <source>At most about 5 minutes, for a first look at what retraining brings</source>
      <translation>Höchstens etwa 5 Minuten, für einen ersten Eindruck, was Nachtrainieren bringt</translation>
    </message>
    <message>
      <source>At most about 90 minutes; up to ten images each judge a model that was not trained on them</source>
      <translation>Höchstens etwa 90 Minuten; bis zu zehn Bilder beurteilen je ein Modell, das nicht mit ihnen trainiert wurde</translation>
    </message>
    <message>
      <source>At the border</source>
      <translation>Am Rand</translation>
    </message>
    <message>
      <source>Auto</source>
      <translation>Auto</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>Automatisch</translation>
    </message>
    <message>
      <source>Automatic picks the fastest one that the device supports</source>
      <translation>Automatisch nimmt das Schnellste, was das Gerät unterstützt</translation>
    </message>
    <message>
      <source>Average precision</source>
      <translation>Mittlere Präzision</translation>
    </message>
    <message>
      <source>Average precision is measured every {} epochs, to keep within {} minutes.</source>
      <translation>Die mittlere Präzision wird nur alle {} Epochen gemessen, damit {} Minuten reichen.</translation>
    </message>
    <message>
      <source>Average precision {ap50} at IoU 0.5, {ap75} at 0.75, {ap90} at 0.9
Error rate {error}   F1 {f1}   (the other masks count as the truth)</source>
      <translation>Mittlere Präzision {ap50} bei IoU 0,5, {ap75} bei 0,75, {ap90} bei 0,9
Fehlerrate {error}   F1 {f1}   (die anderen Masken gelten als wahr)</translation>
    </message>
    <message>
      <source>Axes of the image</source>
      <translation>Achsen des Bildes</translation>
    </message>
    <message>
      <source>Axes {} make no sense: give one letter for each axis, in the order of the file, out of T (time), Z (depth), C (channel), Y (row), X (column), S (red, green, blue); for example ZCYX.</source>
      <translation>Die Achsen {} ergeben keinen Sinn: Nötig ist ein Buchstabe je Achse, in der Reihenfolge der Datei: T (Zeit), Z (Tiefe), C (Kanal), Y (Zeile), X (Spalte), S (Rot, Grün, Blau); zum Beispiel ZCYX.</translation>
    </message>
    <message>
      <source>Axes {} name {} dimensions, but {} has {} (shape {}).</source>
      <translation>Die Achsen {} nennen {} Dimensionen, aber {} hat {} (Form {}).</translation>
    </message>
    <message>
      <source>Axis {number}, length {length}</source>
      <translation>Achse {number}, Länge {length}</translation>
    </message>
    <message>
      <source>Back to the settings; the run continues</source>
      <translation>Zurück zu den Einstellungen; der Lauf geht weiter</translation>
    </message>
    <message>
      <source>Before and after</source>
      <translation>Vorher und nachher</translation>
    </message>
    <message>
      <source>Begin an outline that follows the pointer</source>
      <translation>Einen Umriss beginnen, der dem Zeiger folgt</translation>
    </message>
    <message>
      <source>Beside the images</source>
      <translation>Neben den Bildern</translation>
    </message>
    <message>
      <source>Blocks trained in the mode 'last'; 0: the read-out alone</source>
      <translation>Im Modus „last“ trainierte Blöcke; 0: nur die Ausgabe</translation>
    </message>
    <message>
      <source>Bodies in 3D</source>
      <translation>Objekte in 3D</translation>
    </message>
    <message>
      <source>Both models are kept</source>
      <translation>Beide Modelle bleiben</translation>
    </message>
    <message>
      <source>Box</source>
      <translation>Rechteck</translation>
    </message>
    <message>
      <source>Brightest of five planes</source>
      <translation>Hellstes aus fünf Ebenen</translation>
    </message>
    <message>
      <source>Brightness</source>
      <translation>Helligkeit</translation>
    </message>
    <message>
      <source>Brightness is adjusted in blocks of this size, for uneven light</source>
      <translation>Helligkeit wird in Blöcken dieser Größe angeglichen, bei ungleichmäßiger Ausleuchtung</translation>
    </message>
    <message>
      <source>Brought back into view: decide now</source>
      <translation>Wieder im Bild: jetzt entscheiden</translation>
    </message>
    <message>
      <source>Brush</source>
      <translation>Pinsel</translation>
    </message>
    <message>
      <source>Brush {:,.0f} px</source>
      <translation>Pinsel {:,.0f} px</translation>
    </message>
    <message>
      <source>By class</source>
      <translation>Nach Klasse</translation>
    </message>
    <message>
      <source>By intensity</source>
      <translation>Nach Intensität</translation>
    </message>
    <message>
      <source>COCO (polygons)</source>
      <translation>COCO (Polygone)</translation>
    </message>
    <message>
      <source>COCO (run-length masks)</source>
      <translation>COCO (lauflängencodierte Masken)</translation>
    </message>
    <message>
      <source>CPU</source>
      <translation>CPU</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Cancel  (Ctrl+.)</source>
      <translation>Abbrechen  (Strg+.)</translation>
    </message>
    <message>
      <source>Cancel  (Esc)</source>
      <translation>Abbrechen  (Esc)</translation>
    </message>
    <message>
      <source>Cancel the folder</source>
      <translation>Ordner abbrechen</translation>
    </message>
    <message>
      <source>Cancel training</source>
      <translation>Training abbrechen</translation>
    </message>
    <message>
      <source>Cancel, clear the selection</source>
      <translation>Abbrechen, Auswahl aufheben</translation>
    </message>
    <message>
      <source>Cannot read {}: {}.</source>
      <translation>{} lässt sich nicht lesen: {}.</translation>
    </message>
    <message>
      <source>Cannot rename {}: {}.</source>
      <translation>{} lässt sich nicht umbenennen: {}.</translation>
    </message>
    <message>
      <source>Cannot write {}: something is there that this program did not write. Choose another name.</source>
      <translation>{} lässt sich nicht schreiben: Dort steht etwas, das dieses Programm nicht geschrieben hat. Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
      <source>Cannot write {}: the file is write-protected. Nothing was overwritten.</source>
      <translation>{} lässt sich nicht schreiben: Die Datei ist schreibgeschützt. Nichts wurde überschrieben.</translation>
    </message>
    <message>
      <source>Cannot write {}: there is a folder of that name.</source>
      <translation>{} lässt sich nicht schreiben: Es gibt dort einen Ordner dieses Namens.</translation>
    </message>
    <message>
      <source>Cannot write {}: {}.</source>
      <translation>{} lässt sich nicht schreiben: {}.</translation>
    </message>
    <message>
      <source>Cannot write {}: {}. Nothing was overwritten.</source>
      <translation>{} lässt sich nicht schreiben: {}. Nichts wurde überschrieben.</translation>
    </message>
    <message>
      <source>Cell probability of the last run</source>
      <translation>Zellwahrscheinlichkeit des letzten Laufs</translation>
    </message>
    <message>
      <source>Cell probability threshold {}</source>
      <translation>Schwellenwert der Zellwahrscheinlichkeit {}</translation>
    </message>
    <message>
      <source>Cell threshold</source>
      <translation>Zellschwelle</translation>
    </message>
    <message>
      <source>Cell threshold {}</source>
      <translation>Zellschwelle {}</translation>
    </message>
    <message>
      <source>Cellpose segmentation (_seg.npy)</source>
      <translation>Cellpose-Segmentierung (_seg.npy)</translation>
    </message>
    <message>
      <source>Cells only</source>
      <translation>Nur Zellen</translation>
    </message>
    <message>
      <source>Cells that changed</source>
      <translation>Geänderte Zellen</translation>
    </message>
    <message>
      <source>Change axes…</source>
      <translation>Achsen ändern…</translation>
    </message>
    <message>
      <source>Change thresholds</source>
      <translation>Schwellenwerte ändern</translation>
    </message>
    <message>
      <source>Channels</source>
      <translation>Kanäle</translation>
    </message>
    <message>
      <source>Check for updates</source>
      <translation>Nach Aktualisierungen suchen</translation>
    </message>
    <message>
      <source>Check for updates…</source>
      <translation>Nach Aktualisierungen suchen…</translation>
    </message>
    <message>
      <source>Checking the images</source>
      <translation>Bilder werden geprüft</translation>
    </message>
    <message>
      <source>Checking this computer…</source>
      <translation>Dieser Rechner wird geprüft…</translation>
    </message>
    <message>
      <source>Choose a model</source>
      <translation>Modell wählen</translation>
    </message>
    <message>
      <source>Choose a model and press Segment (Ctrl+Return). Thresholds change the masks at once, without a new run.</source>
      <translation>Modell wählen und „Segmentieren“ drücken (Strg+Return). Schwellenwerte ändern die Masken sofort, ohne neuen Lauf.</translation>
    </message>
    <message>
      <source>Choose file…</source>
      <translation>Datei wählen…</translation>
    </message>
    <message>
      <source>Choose the colour</source>
      <translation>Farbe wählen</translation>
    </message>
    <message>
      <source>Choose the files of two people or more</source>
      <translation>Dateien von zwei oder mehr Personen wählen</translation>
    </message>
    <message>
      <source>Chosen by the program to validate the new model. Click to keep it that way; tick the box at the left to train on it instead.</source>
      <translation>Vom Programm zum Validieren des neuen Modells gewählt. Ein Klick hält das fest; mit einem Haken links lernt das Modell stattdessen daraus.</translation>
    </message>
    <message>
      <source>Class</source>
      <translation>Klasse</translation>
    </message>
    <message>
      <source>Class assigned by a click</source>
      <translation>Klasse, die ein Klick vergibt</translation>
    </message>
    <message>
      <source>Class name</source>
      <translation>Name der Klasse</translation>
    </message>
    <message>
      <source>Class of the object…</source>
      <translation>Klasse des Objekts…</translation>
    </message>
    <message>
      <source>Class {}</source>
      <translation>Klasse {}</translation>
    </message>
    <message>
      <source>Classes</source>
      <translation>Klassen</translation>
    </message>
    <message>
      <source>Classes and the number of objects in each</source>
      <translation>Klassen und die Zahl ihrer Objekte</translation>
    </message>
    <message>
      <source>Classes cannot be trained: no object has a class yet.</source>
      <translation>Klassen können nicht trainiert werden: Noch hat kein Objekt eine Klasse.</translation>
    </message>
    <message>
      <source>Clear all</source>
      <translation>Alles löschen</translation>
    </message>
    <message>
      <source>Clear all masks</source>
      <translation>Alle Masken löschen</translation>
    </message>
    <message>
      <source>Clear complete regions</source>
      <translation>Vollständige Bereiche löschen</translation>
    </message>
    <message>
      <source>Clear the comparison</source>
      <translation>Vergleich löschen</translation>
    </message>
    <message>
      <source>Clear the list</source>
      <translation>Liste leeren</translation>
    </message>
    <message>
      <source>Click</source>
      <translation>Klick</translation>
    </message>
    <message>
      <source>Click a cell: assign the class   Click it again: remove it   0-9: choose the class   Drag: pan</source>
      <translation>Zelle anklicken: Klasse vergeben   Noch einmal: wegnehmen   0-9: Klasse wählen   Ziehen: verschieben</translation>
    </message>
    <message>
      <source>Click a missed cell: its mask is proposed   Wheel or [ ]: wider, narrower   Enter or click: accept</source>
      <translation>Klick auf eine übersehene Zelle: Maske wird vorgeschlagen   Rad oder [ ]: größer, kleiner   Enter oder Klick: annehmen</translation>
    </message>
    <message>
      <source>Click a seed into each part of an object   Enter: split   Backspace: last seed back   Esc: cancel</source>
      <translation>In jeden Teil eines Objekts einen Saatpunkt klicken   Enter: teilen   Rücktaste: letzter Punkt zurück   Esc: abbrechen</translation>
    </message>
    <message>
      <source>Click corners, drag one to move it   Enter or first corner: close   Backspace: last corner back</source>
      <translation>Ecken klicken, zum Verschieben ziehen   Enter oder erste Ecke: schließen   Rücktaste: letzte Ecke zurück</translation>
    </message>
    <message>
      <source>Click on the image</source>
      <translation>Ins Bild klicken</translation>
    </message>
    <message>
      <source>Click the object whose outline you want to change</source>
      <translation>Auf das Objekt klicken, dessen Umriss geändert werden soll</translation>
    </message>
    <message>
      <source>Click to find</source>
      <translation>Per Klick finden</translation>
    </message>
    <message>
      <source>Click, follow the border, return to the start or click again   T: write mode   Esc: cancel</source>
      <translation>Klicken, dem Rand folgen, zum Anfang zurück oder erneut klicken   T: Schreibmodus   Esc: abbrechen</translation>
    </message>
    <message>
      <source>Click: fill the region of like intensity   [ ] or Alt+wheel: tolerance   T: write mode</source>
      <translation>Klick: Bereich ähnlicher Intensität füllen   [ ] oder Alt+Rad: Toleranz   T: Schreibmodus</translation>
    </message>
    <message>
      <source>Click: put the copy down here   Shift+click: keep pasting   Esc: cancel</source>
      <translation>Klick: Kopie hier ablegen   Umschalt+Klick: weiter einfügen   Esc: abbrechen</translation>
    </message>
    <message>
      <source>Click: select   Ctrl+click: delete   Alt+click: merge with selected   Right click: draw outline   Double click: whole image</source>
      <translation>Klick: auswählen   Strg+Klick: löschen   Alt+Klick: mit Auswahl verschmelzen   Rechtsklick: Umriss zeichnen   Doppelklick: ganzes Bild</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>Schließen</translation>
    </message>
    <message>
      <source>Close and interrupt the comparison? The new model is trained and kept, and not judged yet: Train &gt; Continue an interrupted training compares it later.</source>
      <translation>Schließen und den Vergleich unterbrechen? Das neue Modell ist trainiert und bleibt, ist aber noch nicht beurteilt: Training &gt; Unterbrochenes Training fortsetzen vergleicht es später.</translation>
    </message>
    <message>
      <source>Close and interrupt the training? Its first epoch is not over, so nothing of it is kept: it would begin anew.</source>
      <translation>Schließen und das Training unterbrechen? Seine erste Epoche ist nicht zu Ende, also bleibt nichts davon: Es würde von vorn beginnen.</translation>
    </message>
    <message>
      <source>Close and interrupt the training? Its last checkpoint is kept: Train &gt; Continue an interrupted training resumes from there.</source>
      <translation>Schließen und das Training unterbrechen? Der letzte Stand bleibt: Training &gt; Unterbrochenes Training fortsetzen macht dort weiter.</translation>
    </message>
    <message>
      <source>Close the table</source>
      <translation>Tabelle schließen</translation>
    </message>
    <message>
      <source>Code</source>
      <translation>Code</translation>
    </message>
    <message>
      <source>Colour of the channel</source>
      <translation>Farbe des Kanals</translation>
    </message>
    <message>
      <source>Colour of the class</source>
      <translation>Farbe der Klasse</translation>
    </message>
    <message>
      <source>Colour of {name}</source>
      <translation>Farbe von {name}</translation>
    </message>
    <message>
      <source>Colours</source>
      <translation>Farben</translation>
    </message>
    <message>
      <source>Colours by class</source>
      <translation>Farben nach Klasse</translation>
    </message>
    <message>
      <source>Columns to show</source>
      <translation>Welche Spalten gezeigt werden</translation>
    </message>
    <message>
      <source>Command palette…</source>
      <translation>Befehlspalette…</translation>
    </message>
    <message>
      <source>Compare</source>
      <translation>Vergleichen</translation>
    </message>
    <message>
      <source>Compare it with the model that it was trained from, as after a training</source>
      <translation>Mit dem Modell vergleichen, mit dem es begann, wie nach einem Training</translation>
    </message>
    <message>
      <source>Compare masks…</source>
      <translation>Masken vergleichen…</translation>
    </message>
    <message>
      <source>Compare the current masks with</source>
      <translation>Die aktuellen Masken vergleichen mit</translation>
    </message>
    <message>
      <source>Compare them now? Without a comparison the new model stays as it is, not judged.</source>
      <translation>Jetzt vergleichen? Ohne Vergleich bleibt das neue Modell, wie es ist, und nicht beurteilt.</translation>
    </message>
    <message>
      <source>Comparing</source>
      <translation>Vergleichen</translation>
    </message>
    <message>
      <source>Comparing with the old model</source>
      <translation>Vergleich mit dem alten Modell</translation>
    </message>
    <message>
      <source>Comparison</source>
      <translation>Vergleich</translation>
    </message>
    <message>
      <source>Compression</source>
      <translation>Kompression</translation>
    </message>
    <message>
      <source>Continue</source>
      <translation>Weiter</translation>
    </message>
    <message>
      <source>Continue an interrupted training…</source>
      <translation>Unterbrochenes Training fortsetzen…</translation>
    </message>
    <message>
      <source>Continue the training</source>
      <translation>Training fortsetzen</translation>
    </message>
    <message>
      <source>Copied</source>
      <translation>Kopiert</translation>
    </message>
    <message>
      <source>Copy</source>
      <translation>Kopieren</translation>
    </message>
    <message>
      <source>Copy an object first (Ctrl+C)</source>
      <translation>Zuerst ein Objekt kopieren (Strg+C)</translation>
    </message>
    <message>
      <source>Copy as Python</source>
      <translation>Als Python kopieren</translation>
    </message>
    <message>
      <source>Copy as command</source>
      <translation>Als Befehl kopieren</translation>
    </message>
    <message>
      <source>Copy details</source>
      <translation>Details kopieren</translation>
    </message>
    <message>
      <source>Copy it again, or export it anew.</source>
      <translation>Kopieren Sie sie noch einmal, oder exportieren Sie sie neu.</translation>
    </message>
    <message>
      <source>Copy objects</source>
      <translation>Objekte kopieren</translation>
    </message>
    <message>
      <source>Copy the path</source>
      <translation>Pfad kopieren</translation>
    </message>
    <message>
      <source>Copy this run as a command for the terminal or as Python</source>
      <translation>Diesen Lauf als Befehl für das Terminal oder als Python kopieren</translation>
    </message>
    <message>
      <source>Copy to clipboard</source>
      <translation>In die Zwischenablage kopieren</translation>
    </message>
    <message>
      <source>Copy to plane</source>
      <translation>In Ebene kopieren</translation>
    </message>
    <message>
      <source>Copy to the next plane</source>
      <translation>In die nächste Ebene kopieren</translation>
    </message>
    <message>
      <source>Copy to the previous plane</source>
      <translation>In die vorherige Ebene kopieren</translation>
    </message>
    <message>
      <source>Copying</source>
      <translation>Wird kopiert</translation>
    </message>
    <message>
      <source>Copying the image</source>
      <translation>Bild wird kopiert</translation>
    </message>
    <message>
      <source>Copying the sample images</source>
      <translation>Beispielbilder werden kopiert</translation>
    </message>
    <message>
      <source>Correct</source>
      <translation>Korrigieren</translation>
    </message>
    <message>
      <source>Correct more images to know.</source>
      <translation>Um das zu wissen, korrigieren Sie mehr Bilder.</translation>
    </message>
    <message>
      <source>Correct one more image to know.</source>
      <translation>Um das zu wissen, korrigieren Sie ein weiteres Bild.</translation>
    </message>
    <message>
      <source>Correct with the brush</source>
      <translation>Mit dem Pinsel korrigieren</translation>
    </message>
    <message>
      <source>Correct {name} next: {why}</source>
      <translation>Als Nächstes {name} korrigieren: {why}</translation>
    </message>
    <message>
      <source>Correct {} on images of their own to know.</source>
      <translation>Korrigieren Sie {} auf eigenen Bildern, um das zu wissen.</translation>
    </message>
    <message>
      <source>Correct {} on images of their own to see a difference of {}.</source>
      <translation>Korrigieren Sie {} auf eigenen Bildern, damit ein Unterschied von {} auffällt.</translation>
    </message>
    <message>
      <source>Corrected</source>
      <translation>Korrigiert</translation>
    </message>
    <message>
      <source>Counting objects</source>
      <translation>Objekte werden gezählt</translation>
    </message>
    <message>
      <source>Crash reports</source>
      <translation>Absturzberichte</translation>
    </message>
    <message>
      <source>Crops per epoch (default: one per image, at least 8)</source>
      <translation>Ausschnitte in einer Epoche (Standard: einer je Bild, mindestens 8)</translation>
    </message>
    <message>
      <source>Crops per step, over all processes</source>
      <translation>Ausschnitte in einem Schritt, über alle Prozesse zusammen</translation>
    </message>
    <message>
      <source>Cross-validation</source>
      <translation>Kreuzvalidierung</translation>
    </message>
    <message>
      <source>Cross-validation is for up to {} images; of {}, enough are kept aside without it.</source>
      <translation>Kreuzvalidierung gibt es für höchstens {} Bilder; von {} werden auch ohne sie genug zurückgehalten.</translation>
    </message>
    <message>
      <source>Cross-validation needs at least two images that no model of this line has learnt from. Train without it, or correct more images.</source>
      <translation>Kreuzvalidierung braucht mindestens zwei Bilder, aus denen noch kein Modell dieser Reihe gelernt hat. Trainieren Sie ohne sie oder korrigieren Sie mehr Bilder.</translation>
    </message>
    <message>
      <source>Cross-validation: {} more models are trained, each with 1/{} of the steps and without one image, and judged on what it did not see; the new model learns from all {}. It takes about twice as long.</source>
      <translation>Kreuzvalidierung: {} weitere Modelle werden trainiert, jedes mit 1/{} der Schritte und ohne ein Bild, und daran beurteilt, was es nicht gesehen hat; das neue Modell lernt aus allen {}. Das dauert etwa doppelt so lange.</translation>
    </message>
    <message>
      <source>Cross-validation: {} more models are trained, each with 1/{} of the steps and without some of the images, and judged on what it did not see; the new model learns from all {}. It takes about twice as long.</source>
      <translation>Kreuzvalidierung: {} weitere Modelle werden trainiert, jedes mit 1/{} der Schritte und ohne einen Teil der Bilder, und daran beurteilt, was es nicht gesehen hat; das neue Modell lernt aus allen {}. Das dauert etwa doppelt so lange.</translation>
    </message>
    <message>
      <source>Ctrl+J</source>
      <translation>Ctrl+J</translation>
    </message>
    <message>
      <source>Ctrl+Shift+N</source>
      <translation>Ctrl+Shift+N</translation>
    </message>
    <message>
      <source>Ctrl+click</source>
      <translation>Strg+Klick</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>Dunkel</translation>
    </message>
    <message>
      <source>Dark cells on a bright background</source>
      <translation>Dunkle Zellen auf hellem Grund</translation>
    </message>
    <message>
      <source>Decisions apply to all of them</source>
      <translation>Eine Entscheidung gilt für alle</translation>
    </message>
    <message>
      <source>Default</source>
      <translation>Standard</translation>
    </message>
    <message>
      <source>Default thresholds</source>
      <translation>Voreingestellte Schwellen</translation>
    </message>
    <message>
      <source>Defaults</source>
      <translation>Standard</translation>
    </message>
    <message>
      <source>Del</source>
      <translation>Entf</translation>
    </message>
    <message>
      <source>Delete</source>
      <translation>Löschen</translation>
    </message>
    <message>
      <source>Delete above</source>
      <translation>Darüber löschen</translation>
    </message>
    <message>
      <source>Delete an object</source>
      <translation>Ein Objekt löschen</translation>
    </message>
    <message>
      <source>Delete and next</source>
      <translation>Löschen und weiter</translation>
    </message>
    <message>
      <source>Delete below</source>
      <translation>Darunter löschen</translation>
    </message>
    <message>
      <source>Delete in plane</source>
      <translation>In Ebene löschen</translation>
    </message>
    <message>
      <source>Delete in the planes after this one</source>
      <translation>In den Ebenen nach dieser löschen</translation>
    </message>
    <message>
      <source>Delete in the planes before this one</source>
      <translation>In den Ebenen vor dieser löschen</translation>
    </message>
    <message>
      <source>Delete in this plane</source>
      <translation>In dieser Ebene löschen</translation>
    </message>
    <message>
      <source>Delete that? No model is lost by it. This cannot be undone.</source>
      <translation>Das löschen? Kein Modell geht dadurch verloren. Das lässt sich nicht rückgängig machen.</translation>
    </message>
    <message>
      <source>Delete the model {name}? This cannot be undone.</source>
      <translation>Das Modell {name} löschen? Das lässt sich nicht rückgängig machen.</translation>
    </message>
    <message>
      <source>Delete them…</source>
      <translation>Löschen…</translation>
    </message>
    <message>
      <source>Delete {} objects</source>
      <translation>{} Objekte löschen</translation>
    </message>
    <message>
      <source>Delete…</source>
      <translation>Löschen…</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>Gerät</translation>
    </message>
    <message>
      <source>Device that the model runs on; automatic picks the best one</source>
      <translation>Gerät, auf dem das Modell rechnet; automatisch wählt das beste</translation>
    </message>
    <message>
      <source>Diameter</source>
      <translation>Durchmesser</translation>
    </message>
    <message>
      <source>Diameter from the masks</source>
      <translation>Durchmesser aus den Masken</translation>
    </message>
    <message>
      <source>Diameter of a cell</source>
      <translation>Durchmesser einer Zelle</translation>
    </message>
    <message>
      <source>Diameter {} px</source>
      <translation>Durchmesser {} px</translation>
    </message>
    <message>
      <source>Direction</source>
      <translation>Richtung</translation>
    </message>
    <message>
      <source>Discard</source>
      <translation>Verwerfen</translation>
    </message>
    <message>
      <source>Discard bodies smaller than a tenth of a cell</source>
      <translation>3D-Objekte weglassen, die kleiner als ein Zehntel einer Zelle sind</translation>
    </message>
    <message>
      <source>Discard the new model</source>
      <translation>Das neue Modell verwerfen</translation>
    </message>
    <message>
      <source>Distance between planes divided by the pixel size</source>
      <translation>Abstand der Ebenen geteilt durch die Pixelgröße</translation>
    </message>
    <message>
      <source>Distribution</source>
      <translation>Verteilung</translation>
    </message>
    <message>
      <source>Distribution of a column, or two against each other</source>
      <translation>Verteilung einer Spalte oder zwei gegeneinander</translation>
    </message>
    <message>
      <source>Do not open it</source>
      <translation>Nicht öffnen</translation>
    </message>
    <message>
      <source>Do not save</source>
      <translation>Nicht speichern</translation>
    </message>
    <message>
      <source>Doctor</source>
      <translation>Diagnose</translation>
    </message>
    <message>
      <source>Doctor…</source>
      <translation>Diagnose…</translation>
    </message>
    <message>
      <source>Done</source>
      <translation>Fertig</translation>
    </message>
    <message>
      <source>Doubt</source>
      <translation>Zweifel</translation>
    </message>
    <message>
      <source>Downloaded models</source>
      <translation>Heruntergeladene Modelle</translation>
    </message>
    <message>
      <source>Drag a box around the cells to find</source>
      <translation>Ein Rechteck um die zu findenden Zellen ziehen</translation>
    </message>
    <message>
      <source>Drag a box around the region in which every object is drawn</source>
      <translation>Ein Rechteck um den Bereich ziehen, in dem jedes Objekt gezeichnet ist</translation>
    </message>
    <message>
      <source>Drag a box around the region to segment</source>
      <translation>Ein Rechteck um den Bereich ziehen, der segmentiert werden soll</translation>
    </message>
    <message>
      <source>Drag a box in which every object is drawn: training uses only such boxes   Click a box: remove it</source>
      <translation>Rechteck ziehen, wo jedes Objekt gezeichnet ist: nur daraus wird gelernt   Klick auf ein Rechteck: entfernen</translation>
    </message>
    <message>
      <source>Drag a box of at least {} x {} pixels</source>
      <translation>Ein Rechteck von mindestens {} x {} Pixeln ziehen</translation>
    </message>
    <message>
      <source>Drag a box of at least {} x {} pixels inside the image</source>
      <translation>Ein Rechteck von mindestens {} x {} Pixeln im Bild ziehen</translation>
    </message>
    <message>
      <source>Drag a box over objects: select them   Shift: add   Ctrl: remove   Click: one object</source>
      <translation>Rechteck über Objekte ziehen: auswählen   Umschalt: dazu   Strg: weg   Klick: ein Objekt</translation>
    </message>
    <message>
      <source>Drag a box: the model runs on that region alone and replaces its own objects there   Esc: cancel</source>
      <translation>Rechteck ziehen: das Modell läuft nur dort und ersetzt dort seine eigenen Objekte   Esc: abbrechen</translation>
    </message>
    <message>
      <source>Drag a box: the model segments just that region   Enter or click inside: accept   Esc: cancel</source>
      <translation>Rechteck ziehen: das Modell segmentiert nur diesen Bereich   Enter oder Klick hinein: annehmen   Esc: abbrechen</translation>
    </message>
    <message>
      <source>Drag a corner   Drag an edge: new corner   Alt+click or Backspace: remove corner   Enter: apply   Esc: cancel</source>
      <translation>Ecke ziehen   Kante ziehen: neue Ecke   Alt+Klick oder Rücktaste: Ecke entfernen   Enter: anwenden   Esc: abbrechen</translation>
    </message>
    <message>
      <source>Drag across objects to merge them   (or select several and press Ctrl+G)</source>
      <translation>Über Objekte ziehen, um sie zu verschmelzen   (oder mehrere auswählen und Strg+G drücken)</translation>
    </message>
    <message>
      <source>Drag from one object to another to merge them</source>
      <translation>Von einem Objekt zum anderen ziehen, um sie zu verschmelzen</translation>
    </message>
    <message>
      <source>Drag over a range to select its objects</source>
      <translation>Über einen Bereich ziehen, um seine Objekte auszuwählen</translation>
    </message>
    <message>
      <source>Drag over points to select them</source>
      <translation>Über Punkte ziehen, um sie auszuwählen</translation>
    </message>
    <message>
      <source>Drag the disk onto a cell, drag its rim or turn the wheel to match it   Enter or Esc: done</source>
      <translation>Scheibe auf eine Zelle ziehen, am Rand ziehen oder Rad drehen, bis sie passt   Enter oder Esc: fertig</translation>
    </message>
    <message>
      <source>Drag to move, turn the wheel to zoom.</source>
      <translation>Ziehen verschiebt, das Rad zoomt.</translation>
    </message>
    <message>
      <source>Drag: a new object, or more of the selected one beside it   Shift: more of it from anywhere   Ctrl+click: delete   Hold E: erase</source>
      <translation>Ziehen: neues Objekt, oder mehr vom gewählten daneben   Umschalt: mehr davon von überall   Strg+Klick: löschen   E halten: radieren</translation>
    </message>
    <message>
      <source>Drag: erase; only from the selected objects, if there are any   Ctrl+click: delete   [ ] or Alt+wheel: size</source>
      <translation>Ziehen: radieren, nur an gewählten Objekten, wenn es welche gibt   Strg+Klick: löschen   [ ] oder Alt+Rad: Größe</translation>
    </message>
    <message>
      <source>Draw</source>
      <translation>Zeichnen</translation>
    </message>
    <message>
      <source>Draw a line across an object to cut it in two   Shift+K: split by seeds</source>
      <translation>Eine Linie quer durch ein Objekt ziehen, um es zu teilen   Umschalt+K: mit Saatpunkten teilen</translation>
    </message>
    <message>
      <source>Draw a line from one side of the object to the other</source>
      <translation>Eine Linie von einer Seite des Objekts zur anderen ziehen</translation>
    </message>
    <message>
      <source>Draw around objects with the button held: select them   Shift: add   Ctrl: remove   Click: one</source>
      <translation>Mit gedrückter Taste um Objekte fahren: auswählen   Umschalt: dazu   Strg: weg   Klick: eines</translation>
    </message>
    <message>
      <source>Draw it on the image</source>
      <translation>Im Bild zeichnen</translation>
    </message>
    <message>
      <source>Draw the object in two planes with empty ones between them</source>
      <translation>Das Objekt in zwei Ebenen mit leeren dazwischen zeichnen</translation>
    </message>
    <message>
      <source>Drawing</source>
      <translation>Zeichnen</translation>
    </message>
    <message>
      <source>Drawing takes pixels from other objects</source>
      <translation>Zeichnen nimmt anderen Objekten Pixel weg</translation>
    </message>
    <message>
      <source>Drawing writes background only; other objects keep their pixels</source>
      <translation>Zeichnen schreibt nur auf Hintergrund; andere Objekte behalten ihre Pixel</translation>
    </message>
    <message>
      <source>Drawn as</source>
      <translation>Gezeichnet als</translation>
    </message>
    <message>
      <source>Drawn by hand</source>
      <translation>Von Hand gezeichnet</translation>
    </message>
    <message>
      <source>Drop an image here</source>
      <translation>Bild hier ablegen</translation>
    </message>
    <message>
      <source>Duplicate</source>
      <translation>Duplizieren</translation>
    </message>
    <message>
      <source>EDQUOT</source>
      <translation>EDQUOT</translation>
    </message>
    <message>
      <source>Each selected object is a single piece</source>
      <translation>Jedes ausgewählte Objekt ist aus einem Stück</translation>
    </message>
    <message>
      <source>Each time point of a movie is segmented, and skipped or made again, as if it were an image</source>
      <translation>Jeder Zeitpunkt eines Films wird segmentiert, übersprungen oder neu erzeugt wie ein einzelnes Bild</translation>
    </message>
    <message>
      <source>Eccentricity</source>
      <translation>Exzentrizität</translation>
    </message>
    <message>
      <source>Edit</source>
      <translation>Bearbeiten</translation>
    </message>
    <message>
      <source>Edit outline</source>
      <translation>Umriss bearbeiten</translation>
    </message>
    <message>
      <source>Edit whole bodies, not just this plane</source>
      <translation>Ganze Objekte bearbeiten, nicht nur diese Ebene</translation>
    </message>
    <message>
      <source>Edits change only the plane shown</source>
      <translation>Bearbeiten ändert nur die gezeigte Ebene</translation>
    </message>
    <message>
      <source>Edits extend through the planes: the brush is a ball, cuts and growth change whole bodies</source>
      <translation>Bearbeiten geht durch die Ebenen: Der Pinsel ist eine Kugel, Teilen und Vergrößern ändern ganze Objekte</translation>
    </message>
    <message>
      <source>Elsewhere ({}) no difference was found.</source>
      <translation>Auf anderen Bildern ({}) wurde kein Unterschied gefunden.</translation>
    </message>
    <message>
      <source>Elsewhere, the new model gains {} on {}.</source>
      <translation>Anderswo gewinnt das neue Modell {} auf dieser Art von Bildern: {}.</translation>
    </message>
    <message>
      <source>Elsewhere, the new model loses {} on {}.</source>
      <translation>Anderswo verliert das neue Modell {} auf dieser Art von Bildern: {}.</translation>
    </message>
    <message>
      <source>End it</source>
      <translation>Beenden</translation>
    </message>
    <message>
      <source>English</source>
      <translation>Englisch</translation>
    </message>
    <message>
      <source>Epoch {epoch} of {epochs}, {time} left</source>
      <translation>Epoche {epoch} von {epochs}, noch {time}</translation>
    </message>
    <message>
      <source>Epoch {epoch} of {epochs}: validating the model</source>
      <translation>Epoche {epoch} von {epochs}: Das Modell wird validiert</translation>
    </message>
    <message>
      <source>Epochs</source>
      <translation>Epochen</translation>
    </message>
    <message>
      <source>Erase</source>
      <translation>Radieren</translation>
    </message>
    <message>
      <source>Eraser</source>
      <translation>Radierer</translation>
    </message>
    <message>
      <source>Error rate between two of them {error}, of a consensus about {consensus}
F1 {f1}   average precision {ap}, at IoU {threshold}</source>
      <translation>Fehlerrate zwischen zweien {error}, eines Konsenses etwa {consensus}
F1 {f1}   mittlere Präzision {ap}, bei IoU {threshold}</translation>
    </message>
    <message>
      <source>Estimate the diameter</source>
      <translation>Durchmesser schätzen</translation>
    </message>
    <message>
      <source>Every corrected image is left out, so that none is left to learn from.</source>
      <translation>Alle korrigierten Bilder sind ausgelassen; es bleibt keines zum Lernen.</translation>
    </message>
    <message>
      <source>Every image is kept aside, so that none is left to learn from.</source>
      <translation>Alle Bilder werden zurückgehalten; es bleibt keines zum Lernen.</translation>
    </message>
    <message>
      <source>Every image of the folder has masks already</source>
      <translation>Jedes Bild des Ordners hat schon Masken</translation>
    </message>
    <message>
      <source>Every object is correct and none is missing</source>
      <translation>Jedes Objekt stimmt, und keines fehlt</translation>
    </message>
    <message>
      <source>Everything works</source>
      <translation>Alles in Ordnung</translation>
    </message>
    <message>
      <source>Everything works; some things could be better</source>
      <translation>Alles läuft; einiges könnte besser sein</translation>
    </message>
    <message>
      <source>Everything, including textures and colocalisation (slow)</source>
      <translation>Alles, auch Texturen und Kolokalisation (langsam)</translation>
    </message>
    <message>
      <source>Existing masks</source>
      <translation>Frühere Masken</translation>
    </message>
    <message>
      <source>Export</source>
      <translation>Exportieren</translation>
    </message>
    <message>
      <source>Export for Cellpose</source>
      <translation>Für Cellpose exportieren</translation>
    </message>
    <message>
      <source>Export for Cellpose…</source>
      <translation>Für Cellpose exportieren…</translation>
    </message>
    <message>
      <source>Export masks</source>
      <translation>Masken exportieren</translation>
    </message>
    <message>
      <source>Export masks…</source>
      <translation>Masken exportieren…</translation>
    </message>
    <message>
      <source>Export model</source>
      <translation>Modell exportieren</translation>
    </message>
    <message>
      <source>Export the log</source>
      <translation>Protokoll exportieren</translation>
    </message>
    <message>
      <source>Export the log…</source>
      <translation>Protokoll exportieren…</translation>
    </message>
    <message>
      <source>Export the table</source>
      <translation>Tabelle exportieren</translation>
    </message>
    <message>
      <source>Export the table…</source>
      <translation>Tabelle exportieren…</translation>
    </message>
    <message>
      <source>Exporting</source>
      <translation>Exportieren</translation>
    </message>
    <message>
      <source>Exporting the folder</source>
      <translation>Ordner wird exportiert</translation>
    </message>
    <message>
      <source>Export…</source>
      <translation>Exportieren…</translation>
    </message>
    <message>
      <source>Expression: sums, rings and background of each channel</source>
      <translation>Expression: Summen, Ringe und Hintergrund jedes Kanals</translation>
    </message>
    <message>
      <source>False positive removed</source>
      <translation>Falsch positives Objekt entfernt</translation>
    </message>
    <message>
      <source>Fastest</source>
      <translation>Am schnellsten</translation>
    </message>
    <message>
      <source>Fastest available</source>
      <translation>Das schnellste verfügbare</translation>
    </message>
    <message>
      <source>Fewest objects</source>
      <translation>Objekte mindestens</translation>
    </message>
    <message>
      <source>Field</source>
      <translation>Feld</translation>
    </message>
    <message>
      <source>Figure with outlines (PDF)</source>
      <translation>Abbildung mit Umrissen (PDF)</translation>
    </message>
    <message>
      <source>File</source>
      <translation>Datei</translation>
    </message>
    <message>
      <source>Files</source>
      <translation>Dateien</translation>
    </message>
    <message>
      <source>Files that exist are replaced where "{}" is ticked in the export.</source>
      <translation>Vorhandene Dateien werden ersetzt, wenn im Export „{}“ angehakt ist.</translation>
    </message>
    <message>
      <source>Fill</source>
      <translation>Füllen</translation>
    </message>
    <message>
      <source>Fill and outline</source>
      <translation>Füllung und Umriss</translation>
    </message>
    <message>
      <source>Fill by intensity</source>
      <translation>Nach Intensität füllen</translation>
    </message>
    <message>
      <source>Fill cavities</source>
      <translation>Hohlräume füllen</translation>
    </message>
    <message>
      <source>Fill holes</source>
      <translation>Löcher füllen</translation>
    </message>
    <message>
      <source>Fill opacity</source>
      <translation>Deckkraft</translation>
    </message>
    <message>
      <source>Fill region</source>
      <translation>Bereich füllen</translation>
    </message>
    <message>
      <source>Filter by name</source>
      <translation>Namensfilter</translation>
    </message>
    <message>
      <source>Filter, such as {example}</source>
      <translation>Filter, zum Beispiel {example}</translation>
    </message>
    <message>
      <source>Find cell</source>
      <translation>Zelle finden</translation>
    </message>
    <message>
      <source>Find here</source>
      <translation>Hier finden</translation>
    </message>
    <message>
      <source>Find it</source>
      <translation>Suchen</translation>
    </message>
    <message>
      <source>Find the cell here</source>
      <translation>Die Zelle hier finden</translation>
    </message>
    <message>
      <source>First channel only</source>
      <translation>Nur der erste Kanal</translation>
    </message>
    <message>
      <source>Fit image</source>
      <translation>Bild einpassen</translation>
    </message>
    <message>
      <source>Flow error</source>
      <translation>Flussfehler</translation>
    </message>
    <message>
      <source>Flow error of the objects</source>
      <translation>Flussfehler der Objekte</translation>
    </message>
    <message>
      <source>Flow threshold</source>
      <translation>Flussschwelle</translation>
    </message>
    <message>
      <source>Flow threshold off</source>
      <translation>Flussschwelle aus</translation>
    </message>
    <message>
      <source>Flow threshold {}</source>
      <translation>Flussschwelle {}</translation>
    </message>
    <message>
      <source>Flows and cell probability can be shown after a run</source>
      <translation>Flüsse und Zellwahrscheinlichkeit sind nach einem Lauf zu sehen</translation>
    </message>
    <message>
      <source>Flows are not kept</source>
      <translation>Flüsse werden nicht aufbewahrt</translation>
    </message>
    <message>
      <source>Flows kept: {kept} MiB of {most} GiB</source>
      <translation>Flüsse aufbewahrt: {kept} MiB von {most} GiB</translation>
    </message>
    <message>
      <source>Flows kept: {kept} of {most} GiB</source>
      <translation>Flüsse aufbewahrt: {kept} von {most} GiB</translation>
    </message>
    <message>
      <source>Flows of the last run</source>
      <translation>Flüsse des letzten Laufs</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>Ordner</translation>
    </message>
    <message>
      <source>Folder of the results</source>
      <translation>Ordner der Ergebnisse</translation>
    </message>
    <message>
      <source>Folder: {}</source>
      <translation>Ordner: {}</translation>
    </message>
    <message>
      <source>Folders</source>
      <translation>Ordner</translation>
    </message>
    <message>
      <source>Follow through planes</source>
      <translation>Durch die Ebenen verfolgen</translation>
    </message>
    <message>
      <source>Follow through the planes</source>
      <translation>Durch die Ebenen verfolgen</translation>
    </message>
    <message>
      <source>For a paper: what was done on this image. Read it before you use it.</source>
      <translation>Für eine Veröffentlichung: was an diesem Bild getan wurde. Vor dem Verwenden lesen.</translation>
    </message>
    <message>
      <source>Forgetting</source>
      <translation>Vergessen</translation>
    </message>
    <message>
      <source>Formats</source>
      <translation>Formate</translation>
    </message>
    <message>
      <source>Found now, missed before</source>
      <translation>Jetzt gefunden, vorher übersehen</translation>
    </message>
    <message>
      <source>Free some space there, then begin the training.</source>
      <translation>Bitte dort Platz schaffen und dann das Training beginnen.</translation>
    </message>
    <message>
      <source>Free some space there: the model is in memory, and is written as soon as there is room.</source>
      <translation>Bitte dort Platz schaffen: Das Modell liegt im Speicher und wird geschrieben, sobald Platz ist.</translation>
    </message>
    <message>
      <source>From Cellpose</source>
      <translation>Umstieg von Cellpose</translation>
    </message>
    <message>
      <source>From the diameter</source>
      <translation>Aus dem Durchmesser</translation>
    </message>
    <message>
      <source>GB</source>
      <translation>GB</translation>
    </message>
    <message>
      <source>Gamma: over 1 shows dark parts brighter</source>
      <translation>Gamma: Werte über 1 hellen dunkle Bereiche auf</translation>
    </message>
    <message>
      <source>GeoJSON (QuPath)</source>
      <translation>GeoJSON (QuPath)</translation>
    </message>
    <message>
      <source>Getting started</source>
      <translation>Erste Schritte</translation>
    </message>
    <message>
      <source>Give a class</source>
      <translation>Klasse vergeben</translation>
    </message>
    <message>
      <source>Give the selected objects this class</source>
      <translation>Den ausgewählten Objekten diese Klasse geben</translation>
    </message>
    <message>
      <source>Go on</source>
      <translation>Weitermachen</translation>
    </message>
    <message>
      <source>Go on comparing</source>
      <translation>Weiter vergleichen</translation>
    </message>
    <message>
      <source>Go on training</source>
      <translation>Weiter trainieren</translation>
    </message>
    <message>
      <source>Go on with it</source>
      <translation>Weiterlaufen lassen</translation>
    </message>
    <message>
      <source>Graphics card (CUDA)</source>
      <translation>Grafikkarte (CUDA)</translation>
    </message>
    <message>
      <source>Green: better than before. Red: worse. A click shows the place in the window.</source>
      <translation>Grün: besser als vorher. Rot: schlechter. Ein Klick zeigt die Stelle im Fenster.</translation>
    </message>
    <message>
      <source>Grow</source>
      <translation>Vergrößern</translation>
    </message>
    <message>
      <source>Grow body</source>
      <translation>3D-Objekt vergrößern</translation>
    </message>
    <message>
      <source>Help</source>
      <translation>Hilfe</translation>
    </message>
    <message>
      <source>Hide masks for a moment (hold Space)</source>
      <translation>Masken kurz verbergen (Leertaste halten)</translation>
    </message>
    <message>
      <source>Hide the masks</source>
      <translation>Masken verbergen</translation>
    </message>
    <message>
      <source>History</source>
      <translation>Verlauf</translation>
    </message>
    <message>
      <source>Hold Space</source>
      <translation>Leertaste halten</translation>
    </message>
    <message>
      <source>Hold Space to look under the masks for a moment.</source>
      <translation>Leertaste halten, um kurz unter die Masken zu sehen.</translation>
    </message>
    <message>
      <source>Hold the button and trace the object; release to close   T: write mode</source>
      <translation>Taste halten und um das Objekt fahren; loslassen schließt   T: Schreibmodus</translation>
    </message>
    <message>
      <source>Hold the key of a tool</source>
      <translation>Taste eines Werkzeugs halten</translation>
    </message>
    <message>
      <source>How</source>
      <translation>Wie</translation>
    </message>
    <message>
      <source>How long the training may take; the times are measured on this computer</source>
      <translation>Wie lange das Training dauern darf; die Zeiten sind auf diesem Rechner gemessen</translation>
    </message>
    <message>
      <source>How long training takes</source>
      <translation>Dauer des Trainings</translation>
    </message>
    <message>
      <source>How much the loss on images of the built-in model may rise, as a share; beyond it, the new weights are drawn back towards the start (0: do not look; default: 0.1 for models derived from it)</source>
      <translation>Um welchen Anteil der Verlust auf Bildern des mitgelieferten Modells steigen darf; darüber hinaus werden die neuen Gewichte in Richtung des Ausgangsmodells zurückgezogen (0: nicht prüfen; Standard: 0,1 bei Modellen, die von ihm abstammen)</translation>
    </message>
    <message>
      <source>How strongly weights are pulled towards zero (biases and norms are not; in Cellpose they are); 0: not at all</source>
      <translation>Wie stark Gewichte gegen null gezogen werden (Bias und Normierungen nicht; in Cellpose schon); 0: gar nicht</translation>
    </message>
    <message>
      <source>IDs on the image</source>
      <translation>Nummern im Bild</translation>
    </message>
    <message>
      <source>Id</source>
      <translation>Nr.</translation>
    </message>
    <message>
      <source>If there are any</source>
      <translation>Falls vorhanden</translation>
    </message>
    <message>
      <source>Image</source>
      <translation>Bild</translation>
    </message>
    <message>
      <source>Image, flows, probability</source>
      <translation>Bild, Flüsse, Wahrscheinlichkeit</translation>
    </message>
    <message>
      <source>ImageJ ROIs (zip)</source>
      <translation>ImageJ-ROIs (zip)</translation>
    </message>
    <message>
      <source>Images</source>
      <translation>Bilder</translation>
    </message>
    <message>
      <source>Images that have masks are left as they are</source>
      <translation>Bilder mit Masken bleiben, wie sie sind</translation>
    </message>
    <message>
      <source>Images with fewer objects are left out, as long as others remain; 0: none are left out</source>
      <translation>Bilder mit weniger Objekten werden weggelassen, solange andere bleiben; 0: keine werden weggelassen</translation>
    </message>
    <message>
      <source>Images with saved masks appear here; corrected ones are ticked.</source>
      <translation>Bilder mit gespeicherten Masken erscheinen hier; korrigierte sind angehakt.</translation>
    </message>
    <message>
      <source>Import</source>
      <translation>Importieren</translation>
    </message>
    <message>
      <source>Import OME-Zarr labels</source>
      <translation>OME-Zarr-Labels importieren</translation>
    </message>
    <message>
      <source>Import OME-Zarr labels…</source>
      <translation>OME-Zarr-Labels importieren…</translation>
    </message>
    <message>
      <source>Import masks</source>
      <translation>Masken importieren</translation>
    </message>
    <message>
      <source>Import masks…</source>
      <translation>Masken importieren…</translation>
    </message>
    <message>
      <source>Import model</source>
      <translation>Modell importieren</translation>
    </message>
    <message>
      <source>Import {}</source>
      <translation>{} importieren</translation>
    </message>
    <message>
      <source>Import…</source>
      <translation>Importieren…</translation>
    </message>
    <message>
      <source>Improve the model</source>
      <translation>Das Modell verbessern</translation>
    </message>
    <message>
      <source>In both</source>
      <translation>In beiden</translation>
    </message>
    <message>
      <source>In pieces</source>
      <translation>In Stücken</translation>
    </message>
    <message>
      <source>In tiles, for very large images</source>
      <translation>In Kacheln, für sehr große Bilder</translation>
    </message>
    <message>
      <source>Included with the program; small and fast</source>
      <translation>Wird mitgeliefert; klein und schnell</translation>
    </message>
    <message>
      <source>Input {number}</source>
      <translation>Eingang {number}</translation>
    </message>
    <message>
      <source>Interpolate planes</source>
      <translation>Ebenen interpolieren</translation>
    </message>
    <message>
      <source>Invert brightness</source>
      <translation>Helligkeit umkehren</translation>
    </message>
    <message>
      <source>Is it the image of that name that is open now, from the folder {}?</source>
      <translation>Ist es das Bild dieses Namens, das jetzt geöffnet ist, aus dem Ordner {}?</translation>
    </message>
    <message>
      <source>It dates from {}, and the project was saved after that. Opening it replaces the newer work on the canvas, as a step that can be undone.</source>
      <translation>Sie ist von {}, und das Projekt wurde danach gespeichert. Öffnen ersetzt die neuere Arbeit im Fenster; der Schritt lässt sich rückgängig machen.</translation>
    </message>
    <message>
      <source>It is another one</source>
      <translation>Es ist ein anderes</translation>
    </message>
    <message>
      <source>It is in use by {}. Whoever saves last would overwrite the other's work.</source>
      <translation>Es wird gerade von {} benutzt. Wer zuletzt speichert, würde die Arbeit des anderen überschreiben.</translation>
    </message>
    <message>
      <source>It is judged on {}, which neither it nor the models before it learnt from.</source>
      <translation>Beurteilt wird es an {}; daraus hat weder dieses noch ein früheres Modell gelernt.</translation>
    </message>
    <message>
      <source>It is not known which model is better, because most outlines kept aside are unchecked: {}.</source>
      <translation>Welches Modell besser ist, ist nicht bekannt, weil die meisten zurückgelegten Umrisse ungeprüft sind: {}.</translation>
    </message>
    <message>
      <source>It is the same image</source>
      <translation>Es ist dasselbe Bild</translation>
    </message>
    <message>
      <source>Its first epoch was not over. Begin it again?</source>
      <translation>Seine erste Epoche war nicht zu Ende. Von vorn beginnen?</translation>
    </message>
    <message>
      <source>Its tick was taken away: tick it to learn from it again.</source>
      <translation>Das Häkchen wurde entfernt: anhaken, um wieder aus dem Bild zu lernen.</translation>
    </message>
    <message>
      <source>Keep</source>
      <translation>Behalten</translation>
    </message>
    <message>
      <source>Keep averaged weights, for example 0.999; 0: do not</source>
      <translation>Gemittelte Gewichte behalten, zum Beispiel 0.999; 0: nicht</translation>
    </message>
    <message>
      <source>Keep both</source>
      <translation>Beide behalten</translation>
    </message>
    <message>
      <source>Keep both, go on with the old one</source>
      <translation>Beide behalten, mit dem alten weiterarbeiten</translation>
    </message>
    <message>
      <source>Keep for later</source>
      <translation>Für später behalten</translation>
    </message>
    <message>
      <source>Keep hand-made</source>
      <translation>Handarbeit behalten</translation>
    </message>
    <message>
      <source>Keep my version</source>
      <translation>Meine Fassung behalten</translation>
    </message>
    <message>
      <source>Keep others: drawing writes background only</source>
      <translation>Andere behalten: Zeichnen schreibt nur auf Hintergrund</translation>
    </message>
    <message>
      <source>Keep the new model now, without comparing it with the one before: it is not judged</source>
      <translation>Das neue Modell sofort behalten, ohne es mit dem vorigen zu vergleichen: Es ist dann nicht beurteilt</translation>
    </message>
    <message>
      <source>Keep them</source>
      <translation>Behalten</translation>
    </message>
    <message>
      <source>Keep them and add the others</source>
      <translation>Sie behalten und die anderen hinzufügen</translation>
    </message>
    <message>
      <source>Kept, although {}</source>
      <translation>Behalten, obwohl {}</translation>
    </message>
    <message>
      <source>Kind</source>
      <translation>Art</translation>
    </message>
    <message>
      <source>Label image (NumPy)</source>
      <translation>Label-Bild (NumPy)</translation>
    </message>
    <message>
      <source>Label image (PNG, 16 bits)</source>
      <translation>Label-Bild (PNG, 16 Bit)</translation>
    </message>
    <message>
      <source>Label image (TIFF)</source>
      <translation>Label-Bild (TIFF)</translation>
    </message>
    <message>
      <source>Labels are written as .tif, .png or .npy, not as {}.</source>
      <translation>Labels werden als .tif, .png oder .npy geschrieben, nicht als {}.</translation>
    </message>
    <message>
      <source>Language</source>
      <translation>Sprache</translation>
    </message>
    <message>
      <source>Larger brush, more tolerance</source>
      <translation>Größerer Pinsel, mehr Toleranz</translation>
    </message>
    <message>
      <source>Lasso</source>
      <translation>Lasso</translation>
    </message>
    <message>
      <source>Last blocks only</source>
      <translation>Nur die letzten Blöcke</translation>
    </message>
    <message>
      <source>Later</source>
      <translation>Später</translation>
    </message>
    <message>
      <source>Layer drop</source>
      <translation>Blöcke auslassen</translation>
    </message>
    <message>
      <source>Learn from this image</source>
      <translation>Aus diesem Bild lernen</translation>
    </message>
    <message>
      <source>Learn the classes</source>
      <translation>Klassen lernen</translation>
    </message>
    <message>
      <source>Learning rate</source>
      <translation>Lernrate</translation>
    </message>
    <message>
      <source>Least memory</source>
      <translation>Am wenigsten Speicher</translation>
    </message>
    <message>
      <source>Leave out cells at the border</source>
      <translation>Zellen am Rand weglassen</translation>
    </message>
    <message>
      <source>Leave out of training</source>
      <translation>Vom Training ausnehmen</translation>
    </message>
    <message>
      <source>Leave them as they are</source>
      <translation>So lassen</translation>
    </message>
    <message>
      <source>Left behind by trainings that cannot be continued any more: {}</source>
      <translation>Reste von Trainings, die sich nicht mehr fortsetzen lassen: {}</translation>
    </message>
    <message>
      <source>Left drag</source>
      <translation>Mit linker Taste ziehen</translation>
    </message>
    <message>
      <source>Less memory</source>
      <translation>Weniger Speicher</translation>
    </message>
    <message>
      <source>Let the model measure the cells now</source>
      <translation>Die Zellen jetzt vom Modell messen lassen</translation>
    </message>
    <message>
      <source>Libraries</source>
      <translation>Bibliotheken</translation>
    </message>
    <message>
      <source>Licence</source>
      <translation>Lizenz</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>Hell</translation>
    </message>
    <message>
      <source>Light theme</source>
      <translation>Helles Erscheinungsbild</translation>
    </message>
    <message>
      <source>Limit on the norm of the gradient; 0: none</source>
      <translation>Obergrenze für die Norm des Gradienten; 0: keine</translation>
    </message>
    <message>
      <source>Line</source>
      <translation>Linie</translation>
    </message>
    <message>
      <source>Listed is what the model takes for a cell; one that it does not see at all is not</source>
      <translation>Aufgeführt ist, was das Modell für eine Zelle hält; was es gar nicht sieht, fehlt hier</translation>
    </message>
    <message>
      <source>Loading the model</source>
      <translation>Modell wird geladen</translation>
    </message>
    <message>
      <source>Lock</source>
      <translation>Sperren</translation>
    </message>
    <message>
      <source>Lock or unlock</source>
      <translation>Sperren oder entsperren</translation>
    </message>
    <message>
      <source>Locked</source>
      <translation>Gesperrt</translation>
    </message>
    <message>
      <source>Locked objects stay as they are; unlock them first (L)</source>
      <translation>Gesperrte Objekte bleiben, wie sie sind; zuerst entsperren (L)</translation>
    </message>
    <message>
      <source>Locked: {:,}.</source>
      <translation>Davon gesperrt: {:,}.</translation>
    </message>
    <message>
      <source>Long axis</source>
      <translation>Lange Achse</translation>
    </message>
    <message>
      <source>Looking at earlier masks</source>
      <translation>Frühere Masken werden angesehen</translation>
    </message>
    <message>
      <source>Looking at this computer</source>
      <translation>Dieser Rechner wird geprüft</translation>
    </message>
    <message>
      <source>Looking at what was kept</source>
      <translation>Was erhalten blieb, wird angesehen</translation>
    </message>
    <message>
      <source>Looking for devices</source>
      <translation>Geräte werden gesucht</translation>
    </message>
    <message>
      <source>Looking for missed cells…</source>
      <translation>Übersehene Zellen werden gesucht…</translation>
    </message>
    <message>
      <source>Looking for pieces</source>
      <translation>Stücke werden gesucht</translation>
    </message>
    <message>
      <source>Looking for rejected candidates</source>
      <translation>Verworfene Kandidaten werden gesucht</translation>
    </message>
    <message>
      <source>Looking for time points</source>
      <translation>Zeitpunkte werden gesucht</translation>
    </message>
    <message>
      <source>Looking for what was forgotten, {} of {}: {}</source>
      <translation>Prüfen, was vergessen wurde, {} von {}: {}</translation>
    </message>
    <message>
      <source>Loss</source>
      <translation>Verlust</translation>
    </message>
    <message>
      <source>Low-rank adapters</source>
      <translation>Adapter niedrigen Rangs</translation>
    </message>
    <message>
      <source>Lower for larger and more masks, raise for smaller and fewer</source>
      <translation>Senken für größere und mehr Masken, erhöhen für kleinere und weniger</translation>
    </message>
    <message>
      <source>MALLOC_</source>
      <translation>MALLOC_</translation>
    </message>
    <message>
      <source>MB</source>
      <translation>MB</translation>
    </message>
    <message>
      <source>Made</source>
      <translation>Erstellt</translation>
    </message>
    <message>
      <source>Make each part an object</source>
      <translation>Aus jedem Teil ein Objekt machen</translation>
    </message>
    <message>
      <source>Mark as complete</source>
      <translation>Als vollständig markieren</translation>
    </message>
    <message>
      <source>Mark as corrected</source>
      <translation>Als korrigiert markieren</translation>
    </message>
    <message>
      <source>Mark as not started</source>
      <translation>Als offen markieren</translation>
    </message>
    <message>
      <source>Mark as segmented</source>
      <translation>Als segmentiert markieren</translation>
    </message>
    <message>
      <source>Mark as verified</source>
      <translation>Als geprüft markieren</translation>
    </message>
    <message>
      <source>Mark certain</source>
      <translation>Als sicher markieren</translation>
    </message>
    <message>
      <source>Mark complete regions</source>
      <translation>Vollständige Bereiche markieren</translation>
    </message>
    <message>
      <source>Mark missed cells on the image</source>
      <translation>Übersehene Zellen im Bild markieren</translation>
    </message>
    <message>
      <source>Mark them on the image</source>
      <translation>Im Bild markieren</translation>
    </message>
    <message>
      <source>Mark this plane as complete</source>
      <translation>Diese Ebene als vollständig markieren</translation>
    </message>
    <message>
      <source>Mark uncertain</source>
      <translation>Als unsicher markieren</translation>
    </message>
    <message>
      <source>Mark uncertain and next</source>
      <translation>Als unsicher markieren und weiter</translation>
    </message>
    <message>
      <source>Mark uncertain or certain</source>
      <translation>Als unsicher oder sicher markieren</translation>
    </message>
    <message>
      <source>Marked as uncertain</source>
      <translation>Als unsicher markiert</translation>
    </message>
    <message>
      <source>Markers on objects: touched, locked, accepted, uncertain, class</source>
      <translation>Markierungen auf Objekten: bearbeitet, gesperrt, angenommen, unsicher, Klasse</translation>
    </message>
    <message>
      <source>Marks</source>
      <translation>Markierungen</translation>
    </message>
    <message>
      <source>Mask display</source>
      <translation>Darstellung der Masken</translation>
    </message>
    <message>
      <source>Mask files of this image, one per person</source>
      <translation>Dateien mit den Masken dieses Bildes, eine von jeder Person</translation>
    </message>
    <message>
      <source>Masks</source>
      <translation>Masken</translation>
    </message>
    <message>
      <source>Masks are made again with the settings as they are now, unless somebody corrected them or set their thresholds by hand</source>
      <translation>Masken werden mit den jetzigen Einstellungen neu erzeugt, außer wenn jemand sie korrigiert oder ihre Schwellen von Hand gesetzt hat</translation>
    </message>
    <message>
      <source>Masks as fill</source>
      <translation>Masken als Füllung</translation>
    </message>
    <message>
      <source>Masks as fill and outline</source>
      <translation>Masken als Füllung und Umriss</translation>
    </message>
    <message>
      <source>Masks as outline</source>
      <translation>Masken als Umriss</translation>
    </message>
    <message>
      <source>Masks in a file…</source>
      <translation>Masken in einer Datei…</translation>
    </message>
    <message>
      <source>Masks of several people</source>
      <translation>Masken mehrerer Personen</translation>
    </message>
    <message>
      <source>Masks to compare with</source>
      <translation>Masken zum Vergleich</translation>
    </message>
    <message>
      <source>Maximum projection of all planes</source>
      <translation>Maximumprojektion aller Ebenen</translation>
    </message>
    <message>
      <source>Measure all images of the folder: a table of objects and one of images</source>
      <translation>Alle Bilder des Ordners messen: eine Tabelle der Objekte und eine der Bilder</translation>
    </message>
    <message>
      <source>Measure each image</source>
      <translation>Jedes Bild messen</translation>
    </message>
    <message>
      <source>Measure the average precision on the images kept aside every so many epochs (it takes as long as segmenting them)</source>
      <translation>Jeweils nach so vielen Epochen die mittlere Präzision auf den zurückgehaltenen Bildern messen (dauert so lange, wie sie zu segmentieren)</translation>
    </message>
    <message>
      <source>Measure the folder…</source>
      <translation>Ordner messen…</translation>
    </message>
    <message>
      <source>Measure the objects</source>
      <translation>Objekte messen</translation>
    </message>
    <message>
      <source>Measure with a disk</source>
      <translation>Mit einer Scheibe messen</translation>
    </message>
    <message>
      <source>Measure with a disk on the image</source>
      <translation>Mit einer Scheibe im Bild messen</translation>
    </message>
    <message>
      <source>Measurement recipe</source>
      <translation>Messrezept</translation>
    </message>
    <message>
      <source>Measurements and formulas</source>
      <translation>Messwerte und Formeln</translation>
    </message>
    <message>
      <source>Measuring</source>
      <translation>Messen</translation>
    </message>
    <message>
      <source>Measuring brightness</source>
      <translation>Helligkeit wird gemessen</translation>
    </message>
    <message>
      <source>Measuring the cells</source>
      <translation>Zellen werden gemessen</translation>
    </message>
    <message>
      <source>Measuring the folder</source>
      <translation>Ordner wird gemessen</translation>
    </message>
    <message>
      <source>Measuring the objects first</source>
      <translation>Zuerst werden die Objekte gemessen</translation>
    </message>
    <message>
      <source>Measuring the objects…</source>
      <translation>Objekte werden gemessen…</translation>
    </message>
    <message>
      <source>Measuring the pace</source>
      <translation>Geschwindigkeit wird gemessen</translation>
    </message>
    <message>
      <source>Measuring what was forgotten</source>
      <translation>Messen, was vergessen wurde</translation>
    </message>
    <message>
      <source>Memory</source>
      <translation>Speicher</translation>
    </message>
    <message>
      <source>Memory for undo; the oldest steps are dropped first. Takes effect with the next image.</source>
      <translation>Speicher für Rückgängig; die ältesten Schritte werden zuerst verworfen. Gilt ab dem nächsten Bild.</translation>
    </message>
    <message>
      <source>Merge</source>
      <translation>Verschmelzen</translation>
    </message>
    <message>
      <source>Merge by dragging</source>
      <translation>Durch Ziehen verschmelzen</translation>
    </message>
    <message>
      <source>Merge selected</source>
      <translation>Auswahl verschmelzen</translation>
    </message>
    <message>
      <source>Merge with the selected object</source>
      <translation>Mit dem ausgewählten Objekt verschmelzen</translation>
    </message>
    <message>
      <source>Merged in the current masks</source>
      <translation>In den aktuellen Masken verschmolzen</translation>
    </message>
    <message>
      <source>Method</source>
      <translation>Methode</translation>
    </message>
    <message>
      <source>Methods text</source>
      <translation>Methodentext</translation>
    </message>
    <message>
      <source>Methods text…</source>
      <translation>Methodentext…</translation>
    </message>
    <message>
      <source>Missed cell {number} of {count}</source>
      <translation>Übersehene Zelle {number} von {count}</translation>
    </message>
    <message>
      <source>Missed cells</source>
      <translation>Übersehene Zellen</translation>
    </message>
    <message>
      <source>Missed cells are known after a run</source>
      <translation>Übersehene Zellen sind nach einem Lauf bekannt</translation>
    </message>
    <message>
      <source>Missed cells are known after a run: segment first</source>
      <translation>Übersehene Zellen sind nach einem Lauf bekannt: zuerst segmentieren</translation>
    </message>
    <message>
      <source>Missed cells are not looked for in images of this size</source>
      <translation>In Bildern dieser Größe wird nicht nach übersehenen Zellen gesucht</translation>
    </message>
    <message>
      <source>Missed now, found before</source>
      <translation>Jetzt übersehen, vorher gefunden</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <source>Model input channels</source>
      <translation>Eingangskanäle des Modells</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>Modelle</translation>
    </message>
    <message>
      <source>Models (*.safetensors *.pth *.pt *.npy);;All files (*)</source>
      <translation>Modelle (*.safetensors *.pth *.pt *.npy);;Alle Dateien (*)</translation>
    </message>
    <message>
      <source>Models…</source>
      <translation>Modelle…</translation>
    </message>
    <message>
      <source>More settings</source>
      <translation>Weitere Einstellungen</translation>
    </message>
    <message>
      <source>Morphology: circularity, Feret's diameters, convex area</source>
      <translation>Morphologie: Rundheit, Feret-Durchmesser, konvexe Fläche</translation>
    </message>
    <message>
      <source>Mouse</source>
      <translation>Maus</translation>
    </message>
    <message>
      <source>Move the view</source>
      <translation>Ausschnitt verschieben</translation>
    </message>
    <message>
      <source>Move the view down</source>
      <translation>Ausschnitt nach unten</translation>
    </message>
    <message>
      <source>Move the view left</source>
      <translation>Ausschnitt nach links</translation>
    </message>
    <message>
      <source>Move the view right</source>
      <translation>Ausschnitt nach rechts</translation>
    </message>
    <message>
      <source>Move the view up</source>
      <translation>Ausschnitt nach oben</translation>
    </message>
    <message>
      <source>Move the view, or draw with the current tool</source>
      <translation>Ausschnitt verschieben oder mit dem Werkzeug zeichnen</translation>
    </message>
    <message>
      <source>Move these files to the trash? The images stay.</source>
      <translation>Diese Dateien in den Papierkorb legen? Die Bilder bleiben.</translation>
    </message>
    <message>
      <source>Move to the trash</source>
      <translation>In den Papierkorb legen</translation>
    </message>
    <message>
      <source>NAME{}</source>
      <translation>NAME{}</translation>
    </message>
    <message>
      <source>Name a class</source>
      <translation>Eine Klasse benennen</translation>
    </message>
    <message>
      <source>Name of the image file</source>
      <translation>Name der Bilddatei</translation>
    </message>
    <message>
      <source>Name of the new model; folder and date by default</source>
      <translation>Name des neuen Modells; sonst Ordner und Datum</translation>
    </message>
    <message>
      <source>Names and colours of the classes</source>
      <translation>Namen und Farben der Klassen</translation>
    </message>
    <message>
      <source>Narrower</source>
      <translation>Kleiner</translation>
    </message>
    <message>
      <source>Neighbours</source>
      <translation>Nachbarn</translation>
    </message>
    <message>
      <source>Neighbours differ</source>
      <translation>Nachbarn verschieden</translation>
    </message>
    <message>
      <source>New false positive</source>
      <translation>Neues falsch positives Objekt</translation>
    </message>
    <message>
      <source>New masks in view; the rest of the image follows</source>
      <translation>Neue Masken im Ausschnitt; der Rest des Bildes folgt</translation>
    </message>
    <message>
      <source>New name</source>
      <translation>Neuer Name</translation>
    </message>
    <message>
      <source>New windows open with</source>
      <translation>Neue Fenster beginnen mit</translation>
    </message>
    <message>
      <source>Next</source>
      <translation>Weiter</translation>
    </message>
    <message>
      <source>Next image</source>
      <translation>Nächstes Bild</translation>
    </message>
    <message>
      <source>Next missed</source>
      <translation>Nächste übersehene</translation>
    </message>
    <message>
      <source>Next missed cell</source>
      <translation>Nächste übersehene Zelle</translation>
    </message>
    <message>
      <source>Next object in doubt</source>
      <translation>Nächstes zweifelhafte Objekt</translation>
    </message>
    <message>
      <source>Next plane or time point, or next view</source>
      <translation>Nächste Ebene oder nächster Zeitpunkt, sonst nächste Ansicht</translation>
    </message>
    <message>
      <source>Next shows the most doubtful object</source>
      <translation>Weiter zeigt das zweifelhafteste Objekt</translation>
    </message>
    <message>
      <source>Next to the image, in the background. A file that another program changed is never overwritten.</source>
      <translation>Neben dem Bild, im Hintergrund. Eine Datei, die ein anderes Programm geändert hat, wird nie überschrieben.</translation>
    </message>
    <message>
      <source>Next view</source>
      <translation>Nächste Ansicht</translation>
    </message>
    <message>
      <source>Next write mode</source>
      <translation>Nächster Schreibmodus</translation>
    </message>
    <message>
      <source>No</source>
      <translation>Nein</translation>
    </message>
    <message>
      <source>No cell</source>
      <translation>Keine Zelle</translation>
    </message>
    <message>
      <source>No class</source>
      <translation>Keine Klasse</translation>
    </message>
    <message>
      <source>No doubts about it</source>
      <translation>Kein Anlass zum Zweifel</translation>
    </message>
    <message>
      <source>No gradients kept</source>
      <translation>Gradienten nicht aufbewahren</translation>
    </message>
    <message>
      <source>No image is corrected yet. Correct the masks of at least one image, or mark it as verified, and save it.</source>
      <translation>Noch ist kein Bild korrigiert. Korrigieren Sie die Masken von mindestens einem Bild oder markieren Sie es als geprüft, und speichern Sie.</translation>
    </message>
    <message>
      <source>No image is kept aside, so the models cannot be compared.</source>
      <translation>Es wird kein Bild zurückgehalten; die Modelle lassen sich nicht vergleichen.</translation>
    </message>
    <message>
      <source>No images</source>
      <translation>Keine Bilder</translation>
    </message>
    <message>
      <source>No number of corrections that anybody would make is going to tell them apart.</source>
      <translation>Mit keiner machbaren Zahl von Korrekturen wird sich ein Unterschied zeigen.</translation>
    </message>
    <message>
      <source>No permission to read {}.</source>
      <translation>Keine Berechtigung, {} zu lesen.</translation>
    </message>
    <message>
      <source>No region is marked as complete</source>
      <translation>Kein Bereich ist als vollständig markiert</translation>
    </message>
    <message>
      <source>No room to grow</source>
      <translation>Kein Platz zum Vergrößern</translation>
    </message>
    <message>
      <source>No segmented image is waiting for correction: segment the folder first</source>
      <translation>Kein segmentiertes Bild wartet auf Korrektur: zuerst den Ordner segmentieren</translation>
    </message>
    <message>
      <source>No training was interrupted</source>
      <translation>Kein Training wurde unterbrochen</translation>
    </message>
    <message>
      <source>No whole image can be spared</source>
      <translation>Kein ganzes Bild ist entbehrlich</translation>
    </message>
    <message>
      <source>Nobody corrected its masks yet: tick it to learn from them as they are.</source>
      <translation>Die Masken hat noch niemand korrigiert: anhaken, um aus ihnen zu lernen, wie sie sind.</translation>
    </message>
    <message>
      <source>None</source>
      <translation>Keine</translation>
    </message>
    <message>
      <source>Normal</source>
      <translation>Normal</translation>
    </message>
    <message>
      <source>Not everything in {} could be imported.</source>
      <translation>Nicht alles in {} konnte übernommen werden.</translation>
    </message>
    <message>
      <source>Not judged: the comparison with the model before was skipped.</source>
      <translation>Nicht beurteilt: Der Vergleich mit dem vorigen Modell wurde übersprungen.</translation>
    </message>
    <message>
      <source>Not opened</source>
      <translation>Nicht geöffnet</translation>
    </message>
    <message>
      <source>Not possible while the image is open</source>
      <translation>Nicht, solange das Bild geöffnet ist</translation>
    </message>
    <message>
      <source>Not verified</source>
      <translation>Nicht geprüft</translation>
    </message>
    <message>
      <source>Notes</source>
      <translation>Hinweise</translation>
    </message>
    <message>
      <source>Nothing is called that</source>
      <translation>Nichts heißt so</translation>
    </message>
    <message>
      <source>Nothing is selected. Click an object.</source>
      <translation>Nichts ist ausgewählt. Auf ein Objekt klicken.</translation>
    </message>
    <message>
      <source>Nothing stands out</source>
      <translation>Nichts fällt besonders auf</translation>
    </message>
    <message>
      <source>Nothing to change</source>
      <translation>Nichts zu ändern</translation>
    </message>
    <message>
      <source>Nothing to review yet: segment the image first</source>
      <translation>Noch nichts durchzusehen: zuerst das Bild segmentieren</translation>
    </message>
    <message>
      <source>Nothing was exported: {}</source>
      <translation>Nichts exportiert: {}</translation>
    </message>
    <message>
      <source>Number</source>
      <translation>Nummer</translation>
    </message>
    <message>
      <source>Number of objects in its masks</source>
      <translation>Anzahl der Objekte in seinen Masken</translation>
    </message>
    <message>
      <source>OME-Zarr labels</source>
      <translation>OME-Zarr-Labels</translation>
    </message>
    <message>
      <source>Object</source>
      <translation>Objekt</translation>
    </message>
    <message>
      <source>Object {number}</source>
      <translation>Objekt {number}</translation>
    </message>
    <message>
      <source>Object {number} at y {y}, x {x}</source>
      <translation>Objekt {number} bei y {y}, x {x}</translation>
    </message>
    <message>
      <source>Object {}</source>
      <translation>Objekt {}</translation>
    </message>
    <message>
      <source>Object {} is in {} pieces now</source>
      <translation>Objekt {} besteht jetzt aus {} Stücken</translation>
    </message>
    <message>
      <source>Objects</source>
      <translation>Objekte</translation>
    </message>
    <message>
      <source>Objects only in the other masks count as lost, objects only here as gained.</source>
      <translation>Objekte, die nur in den anderen Masken sind, gelten als verloren; solche, die nur hier sind, als gewonnen.</translation>
    </message>
    <message>
      <source>Objects that touch the image border are removed</source>
      <translation>Objekte, die den Bildrand berühren, werden entfernt</translation>
    </message>
    <message>
      <source>Of a movie one time point is segmented: the one that is open, else the first</source>
      <translation>Von einem Film wird ein Zeitpunkt segmentiert: der geöffnete, sonst der erste</translation>
    </message>
    <message>
      <source>Of bodies in a volume all are kept, whatever their shape: the flow threshold is for planes</source>
      <translation>In Volumen bleiben alle Körper, welche Form sie auch haben: Die Flussschwelle gilt für Ebenen</translation>
    </message>
    <message>
      <source>Of {count} dropped files only {name} was taken: drop their folder for all of them</source>
      <translation>Von {count} abgelegten Dateien wurde nur {name} genommen: Für alle legen Sie ihren Ordner ab</translation>
    </message>
    <message>
      <source>On {where}</source>
      <translation>Auf {where}</translation>
    </message>
    <message>
      <source>On {} a change of {} {}.</source>
      <translation>Auf anderen Bildern ({}): Eine Änderung um {} {}.</translation>
    </message>
    <message>
      <source>Once the projects of a folder take up this much, folder runs keep masks only.</source>
      <translation>Belegen die Projekte eines Ordners so viel Platz, bewahren Läufe über den Ordner nur noch die Masken auf.</translation>
    </message>
    <message>
      <source>One image after another</source>
      <translation>Ein Bild nach dem anderen</translation>
    </message>
    <message>
      <source>One object alone is too little to learn from: correct a few more first.</source>
      <translation>Ein einziges Objekt ist zu wenig zum Lernen: Korrigieren Sie zuerst noch einige.</translation>
    </message>
    <message>
      <source>Only in the current masks</source>
      <translation>Nur in den aktuellen Masken</translation>
    </message>
    <message>
      <source>Only in the other masks</source>
      <translation>Nur in den anderen Masken</translation>
    </message>
    <message>
      <source>Only the selected objects are erased; press Esc to select none and erase from any</source>
      <translation>Nur an gewählten Objekten wird radiert; Esc hebt die Auswahl auf, dann an allen</translation>
    </message>
    <message>
      <source>Only {channel} is shown; the same key shows all channels again</source>
      <translation>Nur {channel} ist zu sehen; dieselbe Taste zeigt wieder alle Kanäle</translation>
    </message>
    <message>
      <source>Only {} of the change was kept: more of it would make the new model worse on the kinds of images that the built-in model knows (its loss on them would rise by more than {})</source>
      <translation>Nur {} der Änderung wurden übernommen: Mit mehr davon wäre das neue Modell schlechter auf den Arten von Bildern, die das eingebaute Modell kennt (sein Verlust dort stiege um mehr als {})</translation>
    </message>
    <message>
      <source>Opacity of the fill</source>
      <translation>Deckkraft der Füllung</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>Öffnen</translation>
    </message>
    <message>
      <source>Open a folder of sample images</source>
      <translation>Ordner mit Beispielbildern öffnen</translation>
    </message>
    <message>
      <source>Open an image of the folder first</source>
      <translation>Zuerst ein Bild des Ordners öffnen</translation>
    </message>
    <message>
      <source>Open an image of the folder that the model should learn from first.</source>
      <translation>Zuerst ein Bild des Ordners öffnen, aus dem das Modell lernen soll.</translation>
    </message>
    <message>
      <source>Open an image to see its channels</source>
      <translation>Ein Bild öffnen, um seine Kanäle zu sehen</translation>
    </message>
    <message>
      <source>Open an image to see its folder</source>
      <translation>Ein Bild öffnen, um seinen Ordner zu sehen</translation>
    </message>
    <message>
      <source>Open an image, or drop one on the window</source>
      <translation>Ein Bild öffnen oder auf das Fenster ziehen</translation>
    </message>
    <message>
      <source>Open folder</source>
      <translation>Ordner öffnen</translation>
    </message>
    <message>
      <source>Open folder…</source>
      <translation>Ordner öffnen…</translation>
    </message>
    <message>
      <source>Open image</source>
      <translation>Bild öffnen</translation>
    </message>
    <message>
      <source>Open image…</source>
      <translation>Bild öffnen…</translation>
    </message>
    <message>
      <source>Open it anyway</source>
      <translation>Trotzdem öffnen</translation>
    </message>
    <message>
      <source>Open it where it is now, then recover its work again.</source>
      <translation>Öffnen Sie es dort, wo es jetzt liegt, und stellen Sie seine Arbeit dann noch einmal wieder her.</translation>
    </message>
    <message>
      <source>Open read-only</source>
      <translation>Schreibgeschützt öffnen</translation>
    </message>
    <message>
      <source>Open recent</source>
      <translation>Zuletzt geöffnet</translation>
    </message>
    <message>
      <source>Open the crash report folder</source>
      <translation>Ordner der Absturzberichte öffnen</translation>
    </message>
    <message>
      <source>Open the demo image</source>
      <translation>Beispielbild öffnen</translation>
    </message>
    <message>
      <source>Open the folder</source>
      <translation>Ordner öffnen</translation>
    </message>
    <message>
      <source>Open the folder of the image</source>
      <translation>Ordner des Bildes öffnen</translation>
    </message>
    <message>
      <source>Open the image first, then its masks.</source>
      <translation>Zuerst das Bild öffnen, dann seine Masken.</translation>
    </message>
    <message>
      <source>Open the older copy</source>
      <translation>Ältere Kopie öffnen</translation>
    </message>
    <message>
      <source>Open {} although its size is hard to believe?</source>
      <translation>{} trotz der kaum glaubhaften Größe öffnen?</translation>
    </message>
    <message>
      <source>Opened</source>
      <translation>Geöffnet</translation>
    </message>
    <message>
      <source>Opening {}</source>
      <translation>{} wird geöffnet</translation>
    </message>
    <message>
      <source>Origin</source>
      <translation>Herkunft</translation>
    </message>
    <message>
      <source>Orthogonal views</source>
      <translation>Orthogonale Ansichten</translation>
    </message>
    <message>
      <source>Other data: precision before and after</source>
      <translation>Andere Daten: Präzision vorher und nachher</translation>
    </message>
    <message>
      <source>Outline</source>
      <translation>Umriss</translation>
    </message>
    <message>
      <source>Outline by hovering</source>
      <translation>Umriss durch Umfahren</translation>
    </message>
    <message>
      <source>Outlines as text</source>
      <translation>Umrisse als Text</translation>
    </message>
    <message>
      <source>Overlap</source>
      <translation>Überlappung</translation>
    </message>
    <message>
      <source>Overlap above which outlines in neighbouring planes are linked into one object</source>
      <translation>Überlappung, ab der Umrisse in benachbarten Ebenen zu einem Objekt verbunden werden</translation>
    </message>
    <message>
      <source>Overview while zoomed in</source>
      <translation>Übersicht beim Zoomen</translation>
    </message>
    <message>
      <source>Overwrite</source>
      <translation>Überschreiben</translation>
    </message>
    <message>
      <source>Overwrite: drawing takes pixels from other objects</source>
      <translation>Überschreiben: Zeichnen nimmt anderen Objekten Pixel weg</translation>
    </message>
    <message>
      <source>P: length of the outline, holes included (Benkrid and Crookes, 2000; as scikit-image)</source>
      <translation>P: Länge des Umrisses samt Löchern (Benkrid und Crookes, 2000; wie scikit-image)</translation>
    </message>
    <message>
      <source>PNG holds labels up to 65,535, and these go up to {}: write {} as TIFF.</source>
      <translation>PNG fasst Labels bis 65.535, und diese gehen bis {}: Schreiben Sie {} als TIFF.</translation>
    </message>
    <message>
      <source>PNG holds one plane, and these labels have {}: write {} as TIFF.</source>
      <translation>PNG fasst eine Ebene, und diese Labels haben {}: Schreiben Sie {} als TIFF.</translation>
    </message>
    <message>
      <source>Paged optimiser</source>
      <translation>Ausgelagerter Optimierer</translation>
    </message>
    <message>
      <source>Panels</source>
      <translation>Bedienfelder</translation>
    </message>
    <message>
      <source>Parts of {} other, kept aside earlier, judge it, too.</source>
      <translation>Auch Teile von {} anderen, das früher zurückgehalten wurde, beurteilen es.</translation>
    </message>
    <message>
      <source>Parts of {} others, kept aside earlier, judge it, too.</source>
      <translation>Auch Teile von {} anderen, die früher zurückgehalten wurden, beurteilen es.</translation>
    </message>
    <message>
      <source>Passed over: {why}</source>
      <translation>Übergangen: {why}</translation>
    </message>
    <message>
      <source>Passes over the training images</source>
      <translation>Durchläufe durch die Trainingsbilder</translation>
    </message>
    <message>
      <source>Paste</source>
      <translation>Einfügen</translation>
    </message>
    <message>
      <source>Paste at the same place</source>
      <translation>An derselben Stelle einfügen</translation>
    </message>
    <message>
      <source>Paste {} objects</source>
      <translation>{} Objekte einfügen</translation>
    </message>
    <message>
      <source>Pause</source>
      <translation>Pause</translation>
    </message>
    <message>
      <source>Pause or continue training</source>
      <translation>Training anhalten oder fortsetzen</translation>
    </message>
    <message>
      <source>Pause the folder</source>
      <translation>Ordner anhalten</translation>
    </message>
    <message>
      <source>Pause the training</source>
      <translation>Training anhalten</translation>
    </message>
    <message>
      <source>Percentiles</source>
      <translation>Perzentile</translation>
    </message>
    <message>
      <source>Percentiles of brightness that are scaled to 0 and 1 for the model</source>
      <translation>Perzentile der Helligkeit, die für das Modell auf 0 und 1 skaliert werden</translation>
    </message>
    <message>
      <source>Perimeter</source>
      <translation>Umfang</translation>
    </message>
    <message>
      <source>Picture with outlines (PNG)</source>
      <translation>Bild mit Umrissen (PNG)</translation>
    </message>
    <message>
      <source>Pictures are written as PNG: let the name {} end in .png.</source>
      <translation>Bilder werden als PNG geschrieben: Lassen Sie den Namen {} auf .png enden.</translation>
    </message>
    <message>
      <source>Pieces</source>
      <translation>Stücke</translation>
    </message>
    <message>
      <source>Pixel size</source>
      <translation>Pixelgröße</translation>
    </message>
    <message>
      <source>Pixel size…</source>
      <translation>Pixelgröße…</translation>
    </message>
    <message>
      <source>Plane  (Page Up, Page Down)</source>
      <translation>Ebene  (Bild auf, Bild ab)</translation>
    </message>
    <message>
      <source>Plane spacing</source>
      <translation>Ebenenabstand</translation>
    </message>
    <message>
      <source>Plane spacing in pixels (distance between planes divided by the pixel size)</source>
      <translation>Ebenenabstand in Pixeln (Abstand der Ebenen geteilt durch die Pixelgröße)</translation>
    </message>
    <message>
      <source>Plane spacing…</source>
      <translation>Ebenenabstand…</translation>
    </message>
    <message>
      <source>Plane {} is marked as complete: training uses only the planes that are marked</source>
      <translation>Ebene {} ist als vollständig markiert: Das Training verwendet nur die markierten Ebenen</translation>
    </message>
    <message>
      <source>Plane {} is no longer marked as complete</source>
      <translation>Ebene {} ist nicht mehr als vollständig markiert</translation>
    </message>
    <message>
      <source>Planning</source>
      <translation>Planung</translation>
    </message>
    <message>
      <source>Polygon</source>
      <translation>Polygon</translation>
    </message>
    <message>
      <source>Precision</source>
      <translation>Genauigkeit</translation>
    </message>
    <message>
      <source>Precision by class: {classes}</source>
      <translation>Präzision nach Klasse: {classes}</translation>
    </message>
    <message>
      <source>Precision of the arithmetic; weights stay float32</source>
      <translation>Genauigkeit der Berechnung; Gewichte bleiben float32</translation>
    </message>
    <message>
      <source>Precision of {}</source>
      <translation>Präzision: {}</translation>
    </message>
    <message>
      <source>Precision on {}</source>
      <translation>Präzision: {}</translation>
    </message>
    <message>
      <source>Preferences</source>
      <translation>Einstellungen</translation>
    </message>
    <message>
      <source>Preferences…</source>
      <translation>Einstellungen…</translation>
    </message>
    <message>
      <source>Previous</source>
      <translation>Zurück</translation>
    </message>
    <message>
      <source>Previous image</source>
      <translation>Vorheriges Bild</translation>
    </message>
    <message>
      <source>Previous missed cell</source>
      <translation>Vorherige übersehene Zelle</translation>
    </message>
    <message>
      <source>Previous object</source>
      <translation>Vorheriges Objekt</translation>
    </message>
    <message>
      <source>Previous plane or time point, or previous view</source>
      <translation>Vorige Ebene oder voriger Zeitpunkt, sonst vorige Ansicht</translation>
    </message>
    <message>
      <source>Previous view</source>
      <translation>Vorherige Ansicht</translation>
    </message>
    <message>
      <source>Probability</source>
      <translation>Wahrscheinlichkeit</translation>
    </message>
    <message>
      <source>Probability of a cell</source>
      <translation>Wahrscheinlichkeit einer Zelle</translation>
    </message>
    <message>
      <source>Probability of skipping a block in a step (a skipped block stays as it is; in Cellpose it drifts on); 0: none is skipped</source>
      <translation>Wahrscheinlichkeit, einen Block in einem Schritt auszulassen (er bleibt dann, wie er ist; in Cellpose driftet er weiter); 0: keiner wird ausgelassen</translation>
    </message>
    <message>
      <source>Problems found: {}</source>
      <translation>Gefundene Probleme: {}</translation>
    </message>
    <message>
      <source>Processes that prepare the crops, in place of threads or the graphics card, which makes those of a small network by itself; 0: none</source>
      <translation>Prozesse, die statt Threads oder der Grafikkarte die Ausschnitte vorbereiten; für ein kleines Netz macht die Karte sie sonst selbst; 0: keine</translation>
    </message>
    <message>
      <source>Program default</source>
      <translation>Standard des Programms</translation>
    </message>
    <message>
      <source>Project of this program (cpsam)</source>
      <translation>Projekt dieses Programms (cpsam)</translation>
    </message>
    <message>
      <source>Projects keep what the network saw, so that thresholds can be changed later; where there is no more room, it goes of the projects saved longest ago (Preferences, Folders)</source>
      <translation>Projekte bewahren die Ausgabe des Netzes auf, damit sich Schwellenwerte später ändern lassen; wird der Platz knapp, wird sie zuerst aus den Projekten entfernt, die am längsten nicht gespeichert wurden (Einstellungen, Ordner)</translation>
    </message>
    <message>
      <source>Published by the authors of Cellpose; large, best on a graphics card</source>
      <translation>Von den Autoren von Cellpose veröffentlicht; groß, am besten auf einer Grafikkarte</translation>
    </message>
    <message>
      <source>Put a seed into each part of the body</source>
      <translation>In jeden Teil des 3D-Objekts einen Saatpunkt setzen</translation>
    </message>
    <message>
      <source>Put a seed into each part of the object</source>
      <translation>In jeden Teil des Objekts einen Saatpunkt setzen</translation>
    </message>
    <message>
      <source>Put all seeds into one object: Enter splits it, Esc cancels</source>
      <translation>Alle Saatpunkte in ein Objekt setzen: Enter teilt es, Esc bricht ab</translation>
    </message>
    <message>
      <source>Quick</source>
      <translation>Schnell</translation>
    </message>
    <message>
      <source>Quit</source>
      <translation>Beenden</translation>
    </message>
    <message>
      <source>RGB</source>
      <translation>RGB</translation>
    </message>
    <message>
      <source>Raise to keep more masks of odd shape, lower to keep only the most certain. At 0 it is off: all are kept</source>
      <translation>Erhöhen, um mehr Masken ungewöhnlicher Form zu behalten; senken, um nur die sichersten zu behalten. Bei 0 ist sie aus: Alle bleiben</translation>
    </message>
    <message>
      <source>Reading</source>
      <translation>Wird gelesen</translation>
    </message>
    <message>
      <source>Reading masks</source>
      <translation>Masken werden gelesen</translation>
    </message>
    <message>
      <source>Reading masks of another file</source>
      <translation>Masken einer anderen Datei lesen</translation>
    </message>
    <message>
      <source>Reading the folder {name}…</source>
      <translation>Ordner {name} wird gelesen…</translation>
    </message>
    <message>
      <source>Reading the images</source>
      <translation>Bilder werden gelesen</translation>
    </message>
    <message>
      <source>Reading the journal</source>
      <translation>Journal wird gelesen</translation>
    </message>
    <message>
      <source>Reading {}</source>
      <translation>{} wird gelesen</translation>
    </message>
    <message>
      <source>Recipe from a file…</source>
      <translation>Rezept aus einer Datei…</translation>
    </message>
    <message>
      <source>Recipes</source>
      <translation>Rezepte</translation>
    </message>
    <message>
      <source>Recover</source>
      <translation>Wiederherstellen</translation>
    </message>
    <message>
      <source>Recover unsaved work</source>
      <translation>Nicht gespeicherte Arbeit wiederherstellen</translation>
    </message>
    <message>
      <source>Recover unsaved work…</source>
      <translation>Nicht gespeicherte Arbeit wiederherstellen…</translation>
    </message>
    <message>
      <source>Recovered work</source>
      <translation>Wiederhergestellte Arbeit</translation>
    </message>
    <message>
      <source>Redo</source>
      <translation>Wiederholen</translation>
    </message>
    <message>
      <source>Redone: {}</source>
      <translation>Wiederholt: {}</translation>
    </message>
    <message>
      <source>Redraw</source>
      <translation>Neu zeichnen</translation>
    </message>
    <message>
      <source>Region</source>
      <translation>Bereich</translation>
    </message>
    <message>
      <source>Rejected: {}
A click with the arrow keeps it.</source>
      <translation>Verworfen: {}
Ein Klick mit dem Pfeil behält es.</translation>
    </message>
    <message>
      <source>Reload</source>
      <translation>Neu laden</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>Entfernen</translation>
    </message>
    <message>
      <source>Remove the results…</source>
      <translation>Ergebnisse entfernen…</translation>
    </message>
    <message>
      <source>Rename {name}</source>
      <translation>{name} umbenennen</translation>
    </message>
    <message>
      <source>Rename…</source>
      <translation>Umbenennen…</translation>
    </message>
    <message>
      <source>Replace</source>
      <translation>Ersetzen</translation>
    </message>
    <message>
      <source>Replace all</source>
      <translation>Alle ersetzen</translation>
    </message>
    <message>
      <source>Replace files that exist</source>
      <translation>Vorhandene Dateien ersetzen</translation>
    </message>
    <message>
      <source>Replace it</source>
      <translation>Ersetzen</translation>
    </message>
    <message>
      <source>Replace them</source>
      <translation>Ersetzen</translation>
    </message>
    <message>
      <source>Replace, keep hand-made</source>
      <translation>Ersetzen, von Hand Gemachtes behalten</translation>
    </message>
    <message>
      <source>Replace: what you draw replaces the object that it touches</source>
      <translation>Ersetzen: das Gezeichnete tritt an die Stelle des Objekts, das es berührt</translation>
    </message>
    <message>
      <source>Replay</source>
      <translation>Replay</translation>
    </message>
    <message>
      <source>Reports are in {}</source>
      <translation>Die Berichte liegen in {}</translation>
    </message>
    <message>
      <source>Resizing</source>
      <translation>Größenänderung</translation>
    </message>
    <message>
      <source>Restore defaults</source>
      <translation>Standardwerte wiederherstellen</translation>
    </message>
    <message>
      <source>Resume</source>
      <translation>Fortsetzen</translation>
    </message>
    <message>
      <source>Resume where it stopped?</source>
      <translation>Dort fortsetzen, wo es aufgehört hat?</translation>
    </message>
    <message>
      <source>Retrain</source>
      <translation>Nachtrainieren</translation>
    </message>
    <message>
      <source>Retrain on corrected images…</source>
      <translation>Mit korrigierten Bildern nachtrainieren…</translation>
    </message>
    <message>
      <source>Retrain on what you corrected (Ctrl+T). If the new model is better, go on with it. Ctrl+Shift+P finds every action; Help has the rest.</source>
      <translation>Mit dem Korrigierten nachtrainieren (Strg+T). Ist das neue Modell besser, damit weitermachen. Strg+Umschalt+P findet jede Aktion; die Hilfe hat den Rest.</translation>
    </message>
    <message>
      <source>Retraining</source>
      <translation>Nachtraining</translation>
    </message>
    <message>
      <source>Review</source>
      <translation>Durchsicht</translation>
    </message>
    <message>
      <source>Review the first cell</source>
      <translation>Erste Zelle beurteilen</translation>
    </message>
    <message>
      <source>Review the objects</source>
      <translation>Objekte durchsehen</translation>
    </message>
    <message>
      <source>Review, measure, compare</source>
      <translation>Durchsehen, messen, vergleichen</translation>
    </message>
    <message>
      <source>Right click</source>
      <translation>Rechtsklick</translation>
    </message>
    <message>
      <source>Right click on the image begins an outline that follows the pointer. Ctrl+click deletes. The tools here draw, split and merge; each has a key.</source>
      <translation>Ein Rechtsklick ins Bild beginnt einen Umriss, der dem Zeiger folgt. Strg+Klick löscht. Die Werkzeuge hier zeichnen, teilen und verschmelzen; jedes hat eine Taste.</translation>
    </message>
    <message>
      <source>Roll back to its parent</source>
      <translation>Zurück zum Ausgangsmodell</translation>
    </message>
    <message>
      <source>Run on a box that you draw on the image</source>
      <translation>In einem Rechteck segmentieren, das Sie im Bild ziehen</translation>
    </message>
    <message>
      <source>Run on all images of the folder, in the background</source>
      <translation>Alle Bilder des Ordners segmentieren, im Hintergrund</translation>
    </message>
    <message>
      <source>Runs in the background with the current model, for two images at most, and keeps the results in memory only. Pauses during training and on battery.</source>
      <translation>Läuft im Hintergrund mit dem gewählten Modell, für höchstens zwei Bilder, und behält die Ergebnisse nur im Arbeitsspeicher. Ruht während eines Trainings und im Akkubetrieb.</translation>
    </message>
    <message>
      <source>S: 4 x the mean projected area over 13 directions (Crofton's formula; stacks)</source>
      <translation>S: 4 x die mittlere projizierte Fläche über 13 Richtungen (Crofton-Formel; Stapel)</translation>
    </message>
    <message>
      <source>Sample images</source>
      <translation>Beispielbilder</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>Speichern</translation>
    </message>
    <message>
      <source>Save automatically</source>
      <translation>Automatisch speichern</translation>
    </message>
    <message>
      <source>Save elsewhere…</source>
      <translation>Anderswo speichern…</translation>
    </message>
    <message>
      <source>Save image and masks in this folder</source>
      <translation>Bild und Masken in diesem Ordner speichern</translation>
    </message>
    <message>
      <source>Save the methods text</source>
      <translation>Methodentext speichern</translation>
    </message>
    <message>
      <source>Save them before going on?</source>
      <translation>Vor dem Weitermachen speichern?</translation>
    </message>
    <message>
      <source>Saved</source>
      <translation>Gespeichert</translation>
    </message>
    <message>
      <source>Saved masks ({})</source>
      <translation>Gespeicherte Masken ({})</translation>
    </message>
    <message>
      <source>Saved {path}</source>
      <translation>{path} gespeichert</translation>
    </message>
    <message>
      <source>Saved {}</source>
      <translation>{} gespeichert</translation>
    </message>
    <message>
      <source>Save…</source>
      <translation>Speichern…</translation>
    </message>
    <message>
      <source>Saving</source>
      <translation>Speichern</translation>
    </message>
    <message>
      <source>Saving elsewhere</source>
      <translation>Anderswo speichern</translation>
    </message>
    <message>
      <source>Saving the new model</source>
      <translation>Das neue Modell speichern</translation>
    </message>
    <message>
      <source>Saving would replace what is in it.</source>
      <translation>Speichern würde ersetzen, was darin ist.</translation>
    </message>
    <message>
      <source>Scale brightness over the whole stack, not plane by plane</source>
      <translation>Helligkeit über den ganzen Stapel skalieren, nicht Ebene für Ebene</translation>
    </message>
    <message>
      <source>Scene: an image of this file</source>
      <translation>Szene: ein Bild dieser Datei</translation>
    </message>
    <message>
      <source>Schedule of the learning rate</source>
      <translation>Verlauf der Lernrate</translation>
    </message>
    <message>
      <source>Search by name or key</source>
      <translation>Nach Name oder Taste suchen</translation>
    </message>
    <message>
      <source>Second channel only</source>
      <translation>Nur der zweite Kanal</translation>
    </message>
    <message>
      <source>Section x {} is marked as complete: training uses only the planes that are marked</source>
      <translation>Schnitt x {} ist vollständig: Das Training lernt aus den markierten Ebenen und aus keinen anderen</translation>
    </message>
    <message>
      <source>Section x {} is no longer marked as complete</source>
      <translation>Schnitt x {} ist nicht mehr als vollständig markiert</translation>
    </message>
    <message>
      <source>Section y {} is marked as complete: training uses only the planes that are marked</source>
      <translation>Schnitt y {} ist vollständig: Das Training lernt aus den markierten Ebenen und aus keinen anderen</translation>
    </message>
    <message>
      <source>Section y {} is no longer marked as complete</source>
      <translation>Schnitt y {} ist nicht mehr als vollständig markiert</translation>
    </message>
    <message>
      <source>Seed</source>
      <translation>Startwert</translation>
    </message>
    <message>
      <source>Seeds</source>
      <translation>Saatpunkte</translation>
    </message>
    <message>
      <source>Seeds divide by intensity</source>
      <translation>Saatpunkte teilen nach Intensität</translation>
    </message>
    <message>
      <source>Segment</source>
      <translation>Segmentieren</translation>
    </message>
    <message>
      <source>Segment a box</source>
      <translation>Rechteck segmentieren</translation>
    </message>
    <message>
      <source>Segment a region</source>
      <translation>Bereich segmentieren</translation>
    </message>
    <message>
      <source>Segment box</source>
      <translation>Rechteck segmentieren</translation>
    </message>
    <message>
      <source>Segment every time point of a movie; cancelling keeps those that are done</source>
      <translation>Jeden Zeitpunkt eines Films segmentieren; beim Abbrechen bleiben die fertigen erhalten</translation>
    </message>
    <message>
      <source>Segment first (Ctrl+Return): a cell is found in the flows of a run</source>
      <translation>Zuerst segmentieren (Strg+Return): eine Zelle wird in den Flüssen eines Laufs gefunden</translation>
    </message>
    <message>
      <source>Segment first (Ctrl+Return): objects are followed by the flows of a run</source>
      <translation>Zuerst segmentieren (Strg+Return): Objekte werden mit den Flüssen eines Laufs verfolgt</translation>
    </message>
    <message>
      <source>Segment microscopy images with Cellpose-SAM and correct the masks by hand.</source>
      <translation>Mikroskopiebilder mit Cellpose-SAM segmentieren und die Masken von Hand korrigieren.</translation>
    </message>
    <message>
      <source>Segment region</source>
      <translation>Bereich segmentieren</translation>
    </message>
    <message>
      <source>Segment the folder…</source>
      <translation>Ordner segmentieren…</translation>
    </message>
    <message>
      <source>Segment the next images while you correct one</source>
      <translation>Die nächsten Bilder segmentieren, während eines korrigiert wird</translation>
    </message>
    <message>
      <source>Segment with {}</source>
      <translation>Mit {} segmentieren</translation>
    </message>
    <message>
      <source>Segmenting</source>
      <translation>Segmentieren</translation>
    </message>
    <message>
      <source>Segmenting a region</source>
      <translation>Bereich segmentieren</translation>
    </message>
    <message>
      <source>Segmenting a region of {}</source>
      <translation>Bereich von {} segmentieren</translation>
    </message>
    <message>
      <source>Segmenting ahead: {}</source>
      <translation>Im Voraus: {}</translation>
    </message>
    <message>
      <source>Segmenting by blocks</source>
      <translation>Blockweise segmentieren</translation>
    </message>
    <message>
      <source>Segmenting the box</source>
      <translation>Rechteck wird segmentiert</translation>
    </message>
    <message>
      <source>Segmenting with {name} from now on</source>
      <translation>Ab jetzt wird mit {name} segmentiert</translation>
    </message>
    <message>
      <source>Segmenting {}</source>
      <translation>{} wird segmentiert</translation>
    </message>
    <message>
      <source>Segmenting {}: dropped, because the image is another one by now.</source>
      <translation>{} segmentieren: verworfen, weil das Bild inzwischen ein anderes ist.</translation>
    </message>
    <message>
      <source>Segmenting; what you are drawing goes on meanwhile</source>
      <translation>Es wird segmentiert; was Sie gerade zeichnen, geht dabei weiter</translation>
    </message>
    <message>
      <source>Segment…</source>
      <translation>Segmentieren…</translation>
    </message>
    <message>
      <source>Select all</source>
      <translation>Alles auswählen</translation>
    </message>
    <message>
      <source>Select all listed objects, to classify, lock or delete them</source>
      <translation>Die aufgeführten Objekte auswählen, um sie zu klassifizieren, zu sperren oder zu löschen</translation>
    </message>
    <message>
      <source>Select all rows shown, to classify, lock or delete them</source>
      <translation>Alle gezeigten Zeilen auswählen, um sie zu klassifizieren, zu sperren oder zu löschen</translation>
    </message>
    <message>
      <source>Select an object first</source>
      <translation>Zuerst ein Objekt auswählen</translation>
    </message>
    <message>
      <source>Select and pan</source>
      <translation>Auswählen und verschieben</translation>
    </message>
    <message>
      <source>Select two objects or more to merge them</source>
      <translation>Zwei oder mehr Objekte auswählen, um sie zu verschmelzen</translation>
    </message>
    <message>
      <source>Select with a box</source>
      <translation>Mit einem Rechteck auswählen</translation>
    </message>
    <message>
      <source>Select with a lasso</source>
      <translation>Mit einem Lasso auswählen</translation>
    </message>
    <message>
      <source>Selected objects only</source>
      <translation>Nur ausgewählte Objekte</translation>
    </message>
    <message>
      <source>Separate pieces</source>
      <translation>Stücke trennen</translation>
    </message>
    <message>
      <source>Separating the parts</source>
      <translation>Teile werden getrennt</translation>
    </message>
    <message>
      <source>Set</source>
      <translation>Festlegen</translation>
    </message>
    <message>
      <source>Set the brightness range from the plane shown</source>
      <translation>Helligkeitsbereich aus der gezeigten Ebene bestimmen</translation>
    </message>
    <message>
      <source>Settings, language, theme, model, device</source>
      <translation>Einstellungen, Sprache, Design, Modell, Gerät, Language</translation>
    </message>
    <message>
      <source>Several people…</source>
      <translation>Mehrere Personen…</translation>
    </message>
    <message>
      <source>Share of crops from the data that the built-in model was trained on, against forgetting (0: none; default: 0.2 for models derived from it)</source>
      <translation>Anteil der Ausschnitte aus den Trainingsdaten des mitgelieferten Modells, gegen das Vergessen (0: keine; Standard: 0,2 bei Modellen, die von ihm abstammen)</translation>
    </message>
    <message>
      <source>Sharpen</source>
      <translation>Schärfen</translation>
    </message>
    <message>
      <source>Sharpen first, with this radius</source>
      <translation>Zuerst schärfen, mit diesem Radius</translation>
    </message>
    <message>
      <source>Shift+C</source>
      <translation>Shift+C</translation>
    </message>
    <message>
      <source>Shift+K</source>
      <translation>Shift+K</translation>
    </message>
    <message>
      <source>Shift+N</source>
      <translation>Shift+N</translation>
    </message>
    <message>
      <source>Shift+P</source>
      <translation>Shift+P</translation>
    </message>
    <message>
      <source>Shift+Q</source>
      <translation>Shift+Q</translation>
    </message>
    <message>
      <source>Shift+V</source>
      <translation>Shift+V</translation>
    </message>
    <message>
      <source>Short axis</source>
      <translation>Kurze Achse</translation>
    </message>
    <message>
      <source>Shortcuts</source>
      <translation>Tastenkürzel</translation>
    </message>
    <message>
      <source>Shortcuts…</source>
      <translation>Tastenkürzel…</translation>
    </message>
    <message>
      <source>Should the model learn classes?</source>
      <translation>Soll das Modell Klassen lernen?</translation>
    </message>
    <message>
      <source>Show fill</source>
      <translation>Füllung zeigen</translation>
    </message>
    <message>
      <source>Show in folder</source>
      <translation>Im Ordner zeigen</translation>
    </message>
    <message>
      <source>Show lengths in micrometres; asks for the size of a pixel where it is not known</source>
      <translation>Längen in Mikrometern zeigen; fragt nach der Pixelgröße, wo sie nicht bekannt ist</translation>
    </message>
    <message>
      <source>Show masks</source>
      <translation>Masken zeigen</translation>
    </message>
    <message>
      <source>Show only images with this status</source>
      <translation>Nur Bilder mit diesem Bearbeitungsstand zeigen</translation>
    </message>
    <message>
      <source>Show outlines</source>
      <translation>Umrisse zeigen</translation>
    </message>
    <message>
      <source>Show the comparison</source>
      <translation>Vergleich zeigen</translation>
    </message>
    <message>
      <source>Show the results in their folder</source>
      <translation>Ergebnisse im Ordner zeigen</translation>
    </message>
    <message>
      <source>Shows only objects for which this is true; use column names, numbers as the table writes them, and, or, not. A measure without a unit is in the unit shown</source>
      <translation>Zeigt nur Objekte, für die das gilt; zu verwenden sind Spaltennamen, Zahlen wie in der Tabelle, and, or, not. Ein Maß ohne Einheit gilt in der gezeigten Einheit</translation>
    </message>
    <message>
      <source>Shrink</source>
      <translation>Verkleinern</translation>
    </message>
    <message>
      <source>Shrink body</source>
      <translation>3D-Objekt verkleinern</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>Größe</translation>
    </message>
    <message>
      <source>Size of a pixel in micrometres</source>
      <translation>Größe eines Pixels in Mikrometern</translation>
    </message>
    <message>
      <source>Size of the adapters</source>
      <translation>Größe der Adapter</translation>
    </message>
    <message>
      <source>Size of the cells; the image is resized to suit the model. Automatic: cpsam-lite measures the cells first, the published models take the image as it is</source>
      <translation>Größe der Zellen; das Bild wird passend zum Modell skaliert. Automatisch: cpsam-lite misst zuerst die Zellen, die veröffentlichten Modelle nehmen das Bild, wie es ist</translation>
    </message>
    <message>
      <source>Size of the steps</source>
      <translation>Schrittweite</translation>
    </message>
    <message>
      <source>Skip</source>
      <translation>Überspringen</translation>
    </message>
    <message>
      <source>Skip all masks</source>
      <translation>Alle mit Masken überspringen</translation>
    </message>
    <message>
      <source>Skip corrected masks</source>
      <translation>Korrigierte überspringen</translation>
    </message>
    <message>
      <source>Skip the verdict</source>
      <translation>Urteil überspringen</translation>
    </message>
    <message>
      <source>Skipping the verdict…</source>
      <translation>Das Urteil wird übersprungen…</translation>
    </message>
    <message>
      <source>Slow: about {time} on {where}</source>
      <translation>Langsam: etwa {time} auf {where}</translation>
    </message>
    <message>
      <source>Slower than expected: {} epochs instead of {}, to keep within {} minutes together with the cross-validation.</source>
      <translation>Langsamer als erwartet: {} Epochen statt {}, damit {} Minuten mitsamt der Kreuzvalidierung reichen.</translation>
    </message>
    <message>
      <source>Slower than expected: {} epochs instead of {}, to keep within {} minutes.</source>
      <translation>Langsamer als erwartet: {} Epochen statt {}, um {} Minuten einzuhalten.</translation>
    </message>
    <message>
      <source>Smaller brush, less tolerance</source>
      <translation>Kleinerer Pinsel, weniger Toleranz</translation>
    </message>
    <message>
      <source>Smaller objects are discarded; at 0 none are</source>
      <translation>Kleinere Objekte werden verworfen; bei 0 keine</translation>
    </message>
    <message>
      <source>Smallest and largest factor for random resizing</source>
      <translation>Kleinster und größter Faktor der zufälligen Größenänderung</translation>
    </message>
    <message>
      <source>Smallest body</source>
      <translation>Kleinstes 3D-Objekt</translation>
    </message>
    <message>
      <source>Smallest object</source>
      <translation>Kleinstes Objekt</translation>
    </message>
    <message>
      <source>Smallest object off</source>
      <translation>Kleinstes Objekt aus</translation>
    </message>
    <message>
      <source>Smallest object {}</source>
      <translation>Kleinstes Objekt {}</translation>
    </message>
    <message>
      <source>Smooth</source>
      <translation>Glätten</translation>
    </message>
    <message>
      <source>Smooth body</source>
      <translation>3D-Objekt glätten</translation>
    </message>
    <message>
      <source>Smooth first, with this radius; helps with noise</source>
      <translation>Zuerst glätten, mit diesem Radius; hilft bei Rauschen</translation>
    </message>
    <message>
      <source>Smoothing</source>
      <translation>Glättung</translation>
    </message>
    <message>
      <source>Solidity</source>
      <translation>Solidität</translation>
    </message>
    <message>
      <source>Some images of the folder are not segmented yet. Stop? Finished images are saved.</source>
      <translation>Einige Bilder des Ordners sind noch nicht segmentiert. Beenden? Fertige Bilder sind gespeichert.</translation>
    </message>
    <message>
      <source>Some settings differ from the defaults: restore them</source>
      <translation>Einige Einstellungen weichen vom Standard ab: Standardwerte wiederherstellen</translation>
    </message>
    <message>
      <source>Something went wrong inside the program ({kind}: {error}).</source>
      <translation>Im Programm ist etwas schiefgegangen ({kind}: {error}).</translation>
    </message>
    <message>
      <source>Space for flows</source>
      <translation>Platz für Flüsse</translation>
    </message>
    <message>
      <source>Space of the flows</source>
      <translation>Platz der Flüsse</translation>
    </message>
    <message>
      <source>Spatial: distances to neighbours and regions, outlines</source>
      <translation>Räumlich: Abstände zu Nachbarn und Regionen, Umrisse</translation>
    </message>
    <message>
      <source>Split</source>
      <translation>Teilen</translation>
    </message>
    <message>
      <source>Split body</source>
      <translation>3D-Objekt teilen</translation>
    </message>
    <message>
      <source>Split body with seeds</source>
      <translation>3D-Objekt mit Saatpunkten teilen</translation>
    </message>
    <message>
      <source>Split in the current masks</source>
      <translation>In den aktuellen Masken geteilt</translation>
    </message>
    <message>
      <source>Split where the intensity changes, not where the object is narrow</source>
      <translation>Dort teilen, wo sich die Intensität ändert, nicht wo das Objekt schmal ist</translation>
    </message>
    <message>
      <source>Split with a line</source>
      <translation>Mit einer Linie teilen</translation>
    </message>
    <message>
      <source>Split with seeds</source>
      <translation>Mit Saatpunkten teilen</translation>
    </message>
    <message>
      <source>Stack</source>
      <translation>Stapel</translation>
    </message>
    <message>
      <source>Standard deviation of a Gaussian over the flows in 3D</source>
      <translation>Standardabweichung der Gauß-Glättung der Flüsse in 3D</translation>
    </message>
    <message>
      <source>Standard: size, shape, position, intensity, neighbours</source>
      <translation>Standard: Größe, Form, Lage, Intensität, Nachbarn</translation>
    </message>
    <message>
      <source>Start</source>
      <translation>Start</translation>
    </message>
    <message>
      <source>Start from</source>
      <translation>Ausgangsmodell</translation>
    </message>
    <message>
      <source>Start without masks</source>
      <translation>Ohne Masken beginnen</translation>
    </message>
    <message>
      <source>Steps</source>
      <translation>Schritte</translation>
    </message>
    <message>
      <source>Steps along the flows; more for long cells (2000 for bacteria)</source>
      <translation>Schritte entlang der Flüsse; mehr für lange Zellen (2000 für Bakterien)</translation>
    </message>
    <message>
      <source>Steps from plane to plane</source>
      <translation>Sprünge von Ebene zu Ebene</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>Beenden</translation>
    </message>
    <message>
      <source>Stop early</source>
      <translation>Vorzeitig beenden</translation>
    </message>
    <message>
      <source>Stop the training and keep the best model so far</source>
      <translation>Training beenden und das bisher beste Modell behalten</translation>
    </message>
    <message>
      <source>Stop training, keep the best</source>
      <translation>Training beenden, das Beste behalten</translation>
    </message>
    <message>
      <source>Stopping after this step…</source>
      <translation>Endet nach diesem Schritt…</translation>
    </message>
    <message>
      <source>Store the network's output in the project</source>
      <translation>Ausgabe des Netzes im Projekt speichern</translation>
    </message>
    <message>
      <source>Suggest the next image</source>
      <translation>Nächstes Bild vorschlagen</translation>
    </message>
    <message>
      <source>Surface</source>
      <translation>Oberfläche</translation>
    </message>
    <message>
      <source>Surfaces of bodies</source>
      <translation>Oberflächen der 3D-Objekte</translation>
    </message>
    <message>
      <source>System default</source>
      <translation>Standard des Systems</translation>
    </message>
    <message>
      <source>TB</source>
      <translation>TB</translation>
    </message>
    <message>
      <source>Table</source>
      <translation>Tabelle</translation>
    </message>
    <message>
      <source>Table of measurements</source>
      <translation>Tabelle der Messwerte</translation>
    </message>
    <message>
      <source>Table of objects (CSV)</source>
      <translation>Tabelle der Objekte (CSV)</translation>
    </message>
    <message>
      <source>Tables of the folder</source>
      <translation>Tabellen des Ordners</translation>
    </message>
    <message>
      <source>Take the median size of the masks</source>
      <translation>Den Median der Maskengröße nehmen</translation>
    </message>
    <message>
      <source>Test-time augmentation</source>
      <translation>Test-Time-Augmentation</translation>
    </message>
    <message>
      <source>Text</source>
      <translation>Text</translation>
    </message>
    <message>
      <source>That has been kept aside since an earlier training.</source>
      <translation>Das wird seit einem früheren Training zurückgehalten.</translation>
    </message>
    <message>
      <source>That is outside the image</source>
      <translation>Das liegt außerhalb des Bildes</translation>
    </message>
    <message>
      <source>The 3D view needs two more packages: pip install "cpsam-gui[3d]"</source>
      <translation>Die 3D-Ansicht braucht zwei weitere Pakete: pip install "cpsam-gui[3d]"</translation>
    </message>
    <message>
      <source>The agreement of several people</source>
      <translation>Die Übereinstimmung mehrerer Personen</translation>
    </message>
    <message>
      <source>The cells measure about {:.0f} px</source>
      <translation>Die Zellen messen etwa {:.0f} px</translation>
    </message>
    <message>
      <source>The changes of {name} are discarded</source>
      <translation>Die Änderungen an {name} sind verworfen</translation>
    </message>
    <message>
      <source>The changes of {name} are discarded; File &gt; Recover unsaved work has them for {days} days</source>
      <translation>Die Änderungen an {name} sind verworfen; unter Datei &gt; Nicht gespeicherte Arbeit wiederherstellen bleiben sie {days} Tage</translation>
    </message>
    <message>
      <source>The command is on the clipboard</source>
      <translation>Der Befehl ist in der Zwischenablage</translation>
    </message>
    <message>
      <source>The command that found these masks is on the clipboard</source>
      <translation>Der Befehl, der diese Masken gefunden hat, ist in der Zwischenablage</translation>
    </message>
    <message>
      <source>The comparison was cancelled: {name} is kept and not judged. {model} stays in use.</source>
      <translation>Vergleich abgebrochen: {name} bleibt und ist nicht beurteilt. {model} bleibt in Gebrauch.</translation>
    </message>
    <message>
      <source>The demo image: what you try on it is not saved</source>
      <translation>Das Beispielbild: Was Sie daran ausprobieren, wird nicht gespeichert</translation>
    </message>
    <message>
      <source>The disk is full, so that a file could not be written. Free some space and try again.</source>
      <translation>Die Festplatte ist voll, darum konnte eine Datei nicht geschrieben werden. Bitte Platz schaffen und noch einmal versuchen.</translation>
    </message>
    <message>
      <source>The expression is empty; an example is {}.</source>
      <translation>Der Ausdruck ist leer; ein Beispiel ist {}.</translation>
    </message>
    <message>
      <source>The expression is longer than {} signs.</source>
      <translation>Der Ausdruck ist länger als {} Zeichen.</translation>
    </message>
    <message>
      <source>The file does not say how far apart its planes are: set it under Segment &gt; Plane spacing</source>
      <translation>Die Datei nennt den Abstand ihrer Ebenen nicht: unter Segmentieren &gt; Ebenenabstand angeben</translation>
    </message>
    <message>
      <source>The file does not say.</source>
      <translation>Die Datei sagt es nicht.</translation>
    </message>
    <message>
      <source>The file name is too long: {}.</source>
      <translation>Der Dateiname ist zu lang: {}.</translation>
    </message>
    <message>
      <source>The file says {axes}: {meanings}.</source>
      <translation>Laut Datei {axes}: {meanings}.</translation>
    </message>
    <message>
      <source>The file says {size:g}; 0 takes that.</source>
      <translation>Laut Datei {size:g}; 0 übernimmt das.</translation>
    </message>
    <message>
      <source>The filter hides all {} images</source>
      <translation>Der Filter verbirgt alle {} Bilder</translation>
    </message>
    <message>
      <source>The filter hides the only image</source>
      <translation>Der Filter verbirgt das einzige Bild</translation>
    </message>
    <message>
      <source>The flows are those of another image; segment first</source>
      <translation>Die Flüsse sind die eines anderen Bildes; zuerst segmentieren</translation>
    </message>
    <message>
      <source>The flows continue it in no other plane</source>
      <translation>Die Flüsse setzen es in keiner Ebene fort</translation>
    </message>
    <message>
      <source>The folder run is not finished</source>
      <translation>Der Lauf über den Ordner ist noch nicht fertig</translation>
    </message>
    <message>
      <source>The folder {folder} cannot be made: {why}.</source>
      <translation>Der Ordner {folder} kann nicht angelegt werden: {why}.</translation>
    </message>
    <message>
      <source>The folder {folder} has no images itself, but folders in it have: {names}.</source>
      <translation>Der Ordner {folder} enthält selbst keine Bilder, aber Ordner darin: {names}.</translation>
    </message>
    <message>
      <source>The folder {folder} has no images that can be read here ({kinds}).</source>
      <translation>Im Ordner {folder} sind keine lesbaren Bilder ({kinds}).</translation>
    </message>
    <message>
      <source>The folder {} is read-only: masks cannot be saved there.</source>
      <translation>Der Ordner {} ist schreibgeschützt: Masken können dort nicht gespeichert werden.</translation>
    </message>
    <message>
      <source>The image and its cells</source>
      <translation>Das Bild und seine Zellen</translation>
    </message>
    <message>
      <source>The images have different numbers of channels ({}); missing ones are taken as dark.</source>
      <translation>Die Bilder haben verschieden viele Kanäle ({}); fehlende gelten als dunkel.</translation>
    </message>
    <message>
      <source>The images of the folder, and the status of each. D goes to the next one. Work is saved automatically.</source>
      <translation>Die Bilder des Ordners und wie weit die Arbeit an jedem ist. D geht zum nächsten. Gespeichert wird automatisch.</translation>
    </message>
    <message>
      <source>The journal of unsaved work</source>
      <translation>Das Journal nicht gespeicherter Arbeit</translation>
    </message>
    <message>
      <source>The journal {} contains nothing that can be used.</source>
      <translation>Das Journal {} enthält nichts Brauchbares.</translation>
    </message>
    <message>
      <source>The language changes when the program is restarted.</source>
      <translation>Eine andere Sprache gilt ab dem nächsten Start.</translation>
    </message>
    <message>
      <source>The last changes of {} are lost: they could be written neither to its project nor to the journal of unsaved work.</source>
      <translation>Die letzten Änderungen an {} sind verloren: Sie konnten weder in das Projekt noch in das Journal nicht gespeicherter Arbeit geschrieben werden.</translation>
    </message>
    <message>
      <source>The last changes of {} are not saved: they come back when it is opened again.</source>
      <translation>Die letzten Änderungen an {} sind nicht gespeichert: Sie sind wieder da, wenn das Bild wieder geöffnet wird.</translation>
    </message>
    <message>
      <source>The line crosses no object</source>
      <translation>Die Linie kreuzt kein Objekt</translation>
    </message>
    <message>
      <source>The line must cross the body from one side to the other</source>
      <translation>Die Linie muss das 3D-Objekt von einer Seite zur anderen kreuzen</translation>
    </message>
    <message>
      <source>The line must cross the object from one side to the other</source>
      <translation>Die Linie muss das Objekt von einer Seite zur anderen kreuzen</translation>
    </message>
    <message>
      <source>The lines of Python are on the clipboard</source>
      <translation>Der Python-Code ist in der Zwischenablage</translation>
    </message>
    <message>
      <source>The lines of Python that found these masks are on the clipboard</source>
      <translation>Die Zeilen in Python, die diese Masken gefunden haben, sind in der Zwischenablage</translation>
    </message>
    <message>
      <source>The masks are hidden; show them to draw (X)</source>
      <translation>Die Masken sind verborgen; zum Zeichnen zeigen (X)</translation>
    </message>
    <message>
      <source>The masks are saved first and come back with the image that is there now.</source>
      <translation>Die Masken werden zuerst gespeichert und kommen mit dem Bild zurück, das jetzt da ist.</translation>
    </message>
    <message>
      <source>The masks do not number the objects. A model would learn them as one single object.</source>
      <translation>Die Masken nummerieren die Objekte nicht. Ein Modell würde lernen, dass alle zusammen ein Objekt sind.</translation>
    </message>
    <message>
      <source>The masks in {} are {} pixels, the open image is {}. Open the image that these masks belong to first.</source>
      <translation>Die Masken in {} haben {} Pixel, das offene Bild hat {}. Öffnen Sie zuerst das Bild, zu dem diese Masken gehören.</translation>
    </message>
    <message>
      <source>The masks in {} may belong to another image.</source>
      <translation>Die Masken in {} gehören vielleicht zu einem anderen Bild.</translation>
    </message>
    <message>
      <source>The masks in {} were left out and are still there.</source>
      <translation>Die Masken in {} wurden weggelassen und sind noch da.</translation>
    </message>
    <message>
      <source>The masks of the corrected images are empty: draw the objects of at least one image first.</source>
      <translation>Die Masken der korrigierten Bilder sind leer: Zeichnen Sie zuerst die Objekte von mindestens einem Bild.</translation>
    </message>
    <message>
      <source>The masks of {} have changes that cannot be saved beside it.</source>
      <translation>Die Masken von {} wurden geändert und können nicht neben dem Bild gespeichert werden.</translation>
    </message>
    <message>
      <source>The masks of {} have changes.</source>
      <translation>Die Masken von {} wurden geändert.</translation>
    </message>
    <message>
      <source>The masks of {} in {} cannot be read ({}), and saving would lose them.</source>
      <translation>Die Masken von {} in {} sind nicht lesbar ({}), und beim Speichern gingen sie verloren.</translation>
    </message>
    <message>
      <source>The masks there have changed meanwhile; look again</source>
      <translation>Die Masken dort haben sich inzwischen geändert; noch einmal suchen</translation>
    </message>
    <message>
      <source>The masks were replaced meanwhile: their parts were not made objects.</source>
      <translation>Die Masken wurden inzwischen ersetzt: Ihre Teile wurden nicht zu Objekten gemacht.</translation>
    </message>
    <message>
      <source>The model cannot be written to {}: {}</source>
      <translation>Das Modell lässt sich nicht nach {} schreiben: {}</translation>
    </message>
    <message>
      <source>The model found no more cells in the box</source>
      <translation>Das Modell hat im Rechteck keine weitere Zelle gefunden</translation>
    </message>
    <message>
      <source>The model needs at least one channel</source>
      <translation>Das Modell braucht mindestens einen Kanal</translation>
    </message>
    <message>
      <source>The model saw no cells to measure; the diameter stays as it is</source>
      <translation>Das Modell hat keine Zellen zum Messen gefunden; der Durchmesser bleibt, wie er ist</translation>
    </message>
    <message>
      <source>The model sees a cell here, but there is no mask</source>
      <translation>Das Modell sieht hier eine Zelle, aber es gibt keine Maske</translation>
    </message>
    <message>
      <source>The model sees no other cell</source>
      <translation>Das Modell sieht keine weitere Zelle</translation>
    </message>
    <message>
      <source>The model sees no other cell: what it does not see, it cannot list</source>
      <translation>Das Modell sieht keine weitere Zelle; was es nicht sieht, kann es nicht aufführen</translation>
    </message>
    <message>
      <source>The model that finds the cells; your own models appear here once you have trained or imported one</source>
      <translation>Das Modell, das die Zellen findet; eigene Modelle erscheinen hier, sobald Sie eines trainiert oder importiert haben</translation>
    </message>
    <message>
      <source>The model that training starts from</source>
      <translation>Das Modell, von dem das Training ausgeht</translation>
    </message>
    <message>
      <source>The model that training starts from, or one before it, learnt from these images</source>
      <translation>Das Ausgangsmodell oder eines davor hat aus diesen Bildern gelernt</translation>
    </message>
    <message>
      <source>The model {gone}, used last time, was not found: segmenting with {name}</source>
      <translation>Das zuletzt verwendete Modell {gone} wurde nicht gefunden: segmentiert wird mit {name}</translation>
    </message>
    <message>
      <source>The name {} fits no format that can be written.</source>
      <translation>Der Name {} passt zu keinem Format, das geschrieben werden kann.</translation>
    </message>
    <message>
      <source>The new model is better: {}.</source>
      <translation>Das neue Modell ist besser: {}.</translation>
    </message>
    <message>
      <source>The new model is worse: {}. Keep the old one.</source>
      <translation>Das neue Modell ist schlechter: {}. Behalten Sie das alte.</translation>
    </message>
    <message>
      <source>The new model learns from {} image.</source>
      <translation>Das neue Modell lernt aus {} Bild.</translation>
    </message>
    <message>
      <source>The new model learns from {} images.</source>
      <translation>Das neue Modell lernt aus {} Bildern.</translation>
    </message>
    <message>
      <source>The new model takes {}, and the space allowed to you in {} is used up.</source>
      <translation>Das neue Modell braucht {}; der Platz, der Ihnen in {} zusteht, ist verbraucht.</translation>
    </message>
    <message>
      <source>The new model takes {}, and {} are free in {}.</source>
      <translation>Das neue Modell braucht {}; frei sind {} in {}.</translation>
    </message>
    <message>
      <source>The new model was removed</source>
      <translation>Das neue Modell wurde entfernt</translation>
    </message>
    <message>
      <source>The object has changed meanwhile</source>
      <translation>Das Objekt hat sich inzwischen geändert</translation>
    </message>
    <message>
      <source>The object has nothing in this plane</source>
      <translation>Das Objekt hat in dieser Ebene nichts</translation>
    </message>
    <message>
      <source>The object is not in this plane any more</source>
      <translation>Das Objekt ist nicht mehr in dieser Ebene</translation>
    </message>
    <message>
      <source>The objects could not be measured</source>
      <translation>Die Objekte konnten nicht gemessen werden</translation>
    </message>
    <message>
      <source>The objects end in this plane</source>
      <translation>Die Objekte enden in dieser Ebene</translation>
    </message>
    <message>
      <source>The objects have nothing in this plane</source>
      <translation>Die Objekte haben in dieser Ebene nichts</translation>
    </message>
    <message>
      <source>The outline cannot get any narrower</source>
      <translation>Kleiner kann der Umriss nicht werden</translation>
    </message>
    <message>
      <source>The outline is already smooth</source>
      <translation>Der Umriss ist schon glatt</translation>
    </message>
    <message>
      <source>The planes that judge lie so near to those learnt from that the same cells are in both, which flatters the new model. Correct planes farther apart, or another stack, to be sure.</source>
      <translation>Die Ebenen, an denen beurteilt wird, liegen so nahe an den gelernten, dass dieselben Zellen in beiden sind; das neue Modell sieht dadurch zu gut aus. Korrigieren Sie weiter entfernte Ebenen oder einen anderen Stapel, um sicher zu sein.</translation>
    </message>
    <message>
      <source>The program quit before it was saved, on {}.</source>
      <translation>Das Programm wurde am {} beendet, bevor gespeichert wurde.</translation>
    </message>
    <message>
      <source>The proposal was for another plane</source>
      <translation>Der Vorschlag galt einer anderen Ebene</translation>
    </message>
    <message>
      <source>The region is too large to fill; lower the tolerance ([)</source>
      <translation>Der Bereich ist zu groß zum Füllen; Toleranz senken ([)</translation>
    </message>
    <message>
      <source>The review goes on here, where undo begins anew; its last decision was in {name}</source>
      <translation>Die Durchsicht geht hier weiter, wo das Rückgängigmachen neu beginnt; ihre letzte Entscheidung war in {name}</translation>
    </message>
    <message>
      <source>The run saw no cell here; draw it by hand</source>
      <translation>Der Lauf hat hier keine Zelle gefunden; von Hand zeichnen</translation>
    </message>
    <message>
      <source>The same seed gives the same model</source>
      <translation>Derselbe Startwert ergibt dasselbe Modell</translation>
    </message>
    <message>
      <source>The saved masks were left out. {}</source>
      <translation>Die gespeicherten Masken wurden weggelassen. {}</translation>
    </message>
    <message>
      <source>The selected objects have nothing in this plane</source>
      <translation>Die ausgewählten Objekte haben in dieser Ebene nichts</translation>
    </message>
    <message>
      <source>The state of the training cannot be written to {}: {}. Training goes on; after an interruption it would start from the last state that was written</source>
      <translation>Der Stand des Trainings kann nicht nach {} geschrieben werden: {}. Das Training geht weiter; nach einer Unterbrechung würde es beim letzten geschriebenen Stand beginnen</translation>
    </message>
    <message>
      <source>The time points that judge are of a movie whose other time points are learnt from: the same cells are in both, which flatters the new model. Correct another movie, or other images, to be sure.</source>
      <translation>Die Zeitpunkte, an denen beurteilt wird, gehören zu einem Film, aus dessen anderen Zeitpunkten gelernt wird: Dieselben Zellen sind in beiden; das neue Modell sieht dadurch zu gut aus. Korrigieren Sie einen anderen Film oder andere Bilder, um sicher zu sein.</translation>
    </message>
    <message>
      <source>The training leaves it out, as the words below the table say: tick it to learn from it all the same.</source>
      <translation>Das Training lässt das Bild aus, warum, steht unter der Tabelle: anhaken, um trotzdem daraus zu lernen.</translation>
    </message>
    <message>
      <source>The training of {name} failed, and nothing of it was kept. {model} stays in use, and your corrections stay: Retrain begins anew.</source>
      <translation>Das Training von {name} ist fehlgeschlagen, und nichts davon blieb erhalten. {model} bleibt in Gebrauch, und Ihre Korrekturen bleiben: Nachtrainieren beginnt von vorn.</translation>
    </message>
    <message>
      <source>The training of {name} failed. Train &gt; Continue an interrupted training resumes from its last checkpoint.</source>
      <translation>Das Training von {name} ist fehlgeschlagen. Training &gt; Unterbrochenes Training fortsetzen macht beim letzten Zwischenstand weiter.</translation>
    </message>
    <message>
      <source>The training of {name} was interrupted.</source>
      <translation>Das Training von {name} wurde unterbrochen.</translation>
    </message>
    <message>
      <source>The two models are not different, as far as can be told: {}. {}</source>
      <translation>Soweit sich das sagen lässt, sind die beiden Modelle gleich gut: {}. {}</translation>
    </message>
    <message>
      <source>The whole folder</source>
      <translation>Der ganze Ordner</translation>
    </message>
    <message>
      <source>The whole image is verified</source>
      <translation>Das ganze Bild ist geprüft</translation>
    </message>
    <message>
      <source>The work is recovered: {}. It is not saved yet.</source>
      <translation>Die Arbeit ist wiederhergestellt: {}. Sie ist noch nicht gespeichert.</translation>
    </message>
    <message>
      <source>The work on {} is kept and comes back when it is opened again</source>
      <translation>Die Arbeit an {} ist aufgehoben und wieder da, sobald das Bild geöffnet wird</translation>
    </message>
    <message>
      <source>The work until {when} is recovered. After that the journal is damaged: at least {steps} step(s) ({bytes:,} bytes) are lost.</source>
      <translation>Die Arbeit bis {when} ist wiederhergestellt. Danach ist das Journal beschädigt: mindestens {steps} Schritt(e) ({bytes:,} Bytes) sind verloren.</translation>
    </message>
    <message>
      <source>The {} epochs that are trained in any case take longer than {} minutes together with the cross-validation.</source>
      <translation>Die {} Epochen, die auf jeden Fall trainiert werden, dauern mitsamt der Kreuzvalidierung länger als {} Minuten.</translation>
    </message>
    <message>
      <source>The {} epochs that are trained in any case take longer than {} minutes.</source>
      <translation>Die {} Epochen, die auf jeden Fall trainiert werden, dauern länger als {} Minuten.</translation>
    </message>
    <message>
      <source>Their order hardly matters: models are trained with channels shuffled.</source>
      <translation>Ihre Reihenfolge ist fast gleichgültig: Modelle werden mit vertauschten Kanälen trainiert.</translation>
    </message>
    <message>
      <source>Theme</source>
      <translation>Erscheinungsbild</translation>
    </message>
    <message>
      <source>There are fewer than 10 objects; more corrections will help more than more training.</source>
      <translation>Es sind weniger als 10 Objekte; weitere Korrekturen helfen mehr als weiteres Training.</translation>
    </message>
    <message>
      <source>There are fewer than {} images</source>
      <translation>Es sind weniger als {} Bilder</translation>
    </message>
    <message>
      <source>There are no holes to fill</source>
      <translation>Keine Löcher zum Füllen</translation>
    </message>
    <message>
      <source>There are no masks</source>
      <translation>Es gibt keine Masken</translation>
    </message>
    <message>
      <source>There are no masks yet to take the size from</source>
      <translation>Es gibt noch keine Masken, aus denen sich die Größe nehmen ließe</translation>
    </message>
    <message>
      <source>There are no objects to judge on, so nothing is known. Correct more images to know.</source>
      <translation>Es gibt keine Objekte zum Beurteilen; deshalb ist nichts bekannt. Um es zu wissen, korrigieren Sie mehr Bilder.</translation>
    </message>
    <message>
      <source>There are no objects to measure</source>
      <translation>Keine Objekte zum Messen</translation>
    </message>
    <message>
      <source>There are no results from this program</source>
      <translation>Es gibt keine Ergebnisse dieses Programms</translation>
    </message>
    <message>
      <source>There are no rows to write</source>
      <translation>Keine Zeilen zum Schreiben</translation>
    </message>
    <message>
      <source>There are too few objects to keep any aside</source>
      <translation>Es sind zu wenige Objekte, um welche zurückzuhalten</translation>
    </message>
    <message>
      <source>There are too few objects to tell: {}. {}</source>
      <translation>Zu wenige Objekte für ein Urteil: {}. {}</translation>
    </message>
    <message>
      <source>There are weights of {}, not of {}.</source>
      <translation>Es gibt Gewichte von {}, nicht von {}.</translation>
    </message>
    <message>
      <source>There is a model named {} already: choose another name.</source>
      <translation>Ein Modell namens {} gibt es schon: Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
      <source>There is already an object here; click a cell that was missed</source>
      <translation>Hier ist schon ein Objekt; auf eine übersehene Zelle klicken</translation>
    </message>
    <message>
      <source>There is an older copy of the work on {}.</source>
      <translation>Es gibt eine ältere Kopie der Arbeit an {}.</translation>
    </message>
    <message>
      <source>There is no OpenGL here, so bodies cannot be shown in 3D</source>
      <translation>Hier gibt es kein OpenGL, deshalb ist keine 3D-Ansicht möglich</translation>
    </message>
    <message>
      <source>There is no column {}.{} There are {}.</source>
      <translation>Es gibt keine Spalte {}.{} Es gibt {}.</translation>
    </message>
    <message>
      <source>There is no file {}.</source>
      <translation>Es gibt keine Datei {}.</translation>
    </message>
    <message>
      <source>There is no format {}; there are {}.</source>
      <translation>Es gibt kein Format {}; es gibt {}.</translation>
    </message>
    <message>
      <source>There is no free background between the planes</source>
      <translation>Zwischen den Ebenen ist kein freier Hintergrund</translation>
    </message>
    <message>
      <source>There is no free background in that plane</source>
      <translation>In dieser Ebene ist kein freier Hintergrund</translation>
    </message>
    <message>
      <source>There is no free background inside the outline</source>
      <translation>Im Umriss ist kein freier Hintergrund</translation>
    </message>
    <message>
      <source>There is no free background there</source>
      <translation>Dort ist kein freier Hintergrund</translation>
    </message>
    <message>
      <source>There is no plane beyond this one</source>
      <translation>Hinter dieser Ebene kommt keine mehr</translation>
    </message>
    <message>
      <source>There is no room for the new outline</source>
      <translation>Für den neuen Umriss ist kein Platz</translation>
    </message>
    <message>
      <source>There is no unsaved work to recover</source>
      <translation>Nichts wiederherzustellen: Alle Arbeit ist gespeichert</translation>
    </message>
    <message>
      <source>There is not enough memory for this. Close other programs or use a smaller image.</source>
      <translation>Dafür ist nicht genug Speicher da. Andere Programme schließen oder ein kleineres Bild nehmen.</translation>
    </message>
    <message>
      <source>There is not enough memory to measure what the training forgot. Close other programs and start the training again: it goes on from its end.</source>
      <translation>Der Speicher reicht nicht, um zu messen, was beim Training vergessen wurde. Schließen Sie andere Programme und starten Sie das Training erneut: Es geht an seinem Ende weiter.</translation>
    </message>
    <message>
      <source>There is unsaved work on {}.</source>
      <translation>Es gibt nicht gespeicherte Arbeit an {}.</translation>
    </message>
    <message>
      <source>These files could not be moved to the trash: {}</source>
      <translation>Diese Dateien ließen sich nicht in den Papierkorb legen: {}</translation>
    </message>
    <message>
      <source>These images cannot be used:</source>
      <translation>Diese Bilder sind nicht verwendbar:</translation>
    </message>
    <message>
      <source>They were drawn, corrected, locked, classified or accepted by hand. The History panel brings them back.</source>
      <translation>Sie wurden von Hand gezeichnet, korrigiert, gesperrt, klassifiziert oder angenommen. Über den Verlauf lassen sie sich zurückholen.</translation>
    </message>
    <message>
      <source>They were drawn, corrected, locked, classified or accepted by hand. Undo brings them back until another image is opened.</source>
      <translation>Sie wurden von Hand gezeichnet, korrigiert, gesperrt, klassifiziert oder angenommen. Rückgängig bringt sie zurück, bis ein anderes Bild geöffnet wird.</translation>
    </message>
    <message>
      <source>Third channel only</source>
      <translation>Nur der dritte Kanal</translation>
    </message>
    <message>
      <source>This demo image is being segmented right now.</source>
      <translation>Dieses Beispielbild wird gerade segmentiert.</translation>
    </message>
    <message>
      <source>This export</source>
      <translation>Dieser Export</translation>
    </message>
    <message>
      <source>This image</source>
      <translation>Dieses Bild</translation>
    </message>
    <message>
      <source>This image has no file name. Choose where its masks go with Export masks.</source>
      <translation>Dieses Bild hat keinen Dateinamen. Mit „Masken exportieren“ wählen, wohin die Masken geschrieben werden.</translation>
    </message>
    <message>
      <source>This image is being segmented ahead; its masks appear by themselves</source>
      <translation>Dieses Bild wird gerade im Voraus segmentiert; seine Masken erscheinen von selbst</translation>
    </message>
    <message>
      <source>This image was opened read-only. Export masks writes them elsewhere.</source>
      <translation>Dieses Bild ist schreibgeschützt geöffnet. „Masken exportieren“ schreibt die Masken an einen anderen Ort.</translation>
    </message>
    <message>
      <source>This is the first image of the folder</source>
      <translation>Das ist das erste Bild des Ordners</translation>
    </message>
    <message>
      <source>This is the first of the images listed: the filter hides others</source>
      <translation>Das ist das erste der aufgelisteten Bilder: Der Filter verbirgt weitere</translation>
    </message>
    <message>
      <source>This is the last image of the folder</source>
      <translation>Das ist das letzte Bild des Ordners</translation>
    </message>
    <message>
      <source>This is the last of the images listed: the filter hides others</source>
      <translation>Das ist das letzte der aufgelisteten Bilder: Der Filter verbirgt weitere</translation>
    </message>
    <message>
      <source>This is the last one</source>
      <translation>Das ist das letzte</translation>
    </message>
    <message>
      <source>This is version {}. Ask pypi.org for the newest one? The request contains nothing about you or your images.</source>
      <translation>Das ist Version {}. Darf das Programm bei pypi.org nach der neuesten fragen? Die Anfrage enthält nichts über Sie oder Ihre Bilder.</translation>
    </message>
    <message>
      <source>This is what would be learnt from; press Retrain to begin</source>
      <translation>Daraus würde gelernt; mit „Nachtrainieren“ geht es los</translation>
    </message>
    <message>
      <source>This model is unsure here: try cpsam_v2, or correct a few and retrain</source>
      <translation>Dieses Modell ist hier unsicher: cpsam_v2 versuchen oder einige Zellen korrigieren und nachtrainieren</translation>
    </message>
    <message>
      <source>This model was removed</source>
      <translation>Dieses Modell wurde entfernt</translation>
    </message>
    <message>
      <source>This plane</source>
      <translation>Diese Ebene</translation>
    </message>
    <message>
      <source>This region has {:,} megapixels: choose one of at most {:,}.</source>
      <translation>Dieser Bereich hat {:,} Megapixel: Wählen Sie einen mit höchstens {:,}.</translation>
    </message>
    <message>
      <source>This was the first object of the review</source>
      <translation>Das war das erste Objekt der Durchsicht</translation>
    </message>
    <message>
      <source>This work is not saved: it was kept for later or discarded, or the program quit before it was saved. Whatever is not recovered now stays here, under File &gt; Recover unsaved work; discarded work stays for {days} days.</source>
      <translation>Diese Arbeit ist nicht gespeichert: Sie wurde für später behalten oder verworfen, oder das Programm endete, bevor sie gespeichert wurde. Was jetzt nicht wiederhergestellt wird, bleibt hier, unter Datei &gt; Nicht gespeicherte Arbeit wiederherstellen; Verworfenes bleibt {days} Tage.</translation>
    </message>
    <message>
      <source>Thorough</source>
      <translation>Gründlich</translation>
    </message>
    <message>
      <source>Threads that prepare the crops</source>
      <translation>Threads, die die Ausschnitte vorbereiten</translation>
    </message>
    <message>
      <source>Thresholds can then be changed after reopening; takes about 4 bytes per pixel.</source>
      <translation>Schwellenwerte lassen sich dann auch nach erneutem Öffnen ändern; braucht etwa 4 Byte je Pixel.</translation>
    </message>
    <message>
      <source>Ticked images are segmented; a tick changes all that are selected (Space)</source>
      <translation>Angehakte Bilder werden segmentiert; ein Häkchen ändert alle ausgewählten (Leertaste)</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>Zeit</translation>
    </message>
    <message>
      <source>Time limit</source>
      <translation>Zeitgrenze</translation>
    </message>
    <message>
      <source>Time point to open</source>
      <translation>Zu öffnender Zeitpunkt</translation>
    </message>
    <message>
      <source>Time point; each has masks of its own</source>
      <translation>Zeitpunkt; jeder hat eigene Masken</translation>
    </message>
    <message>
      <source>Tolerance</source>
      <translation>Toleranz</translation>
    </message>
    <message>
      <source>Tolerance {} %</source>
      <translation>Toleranz {} %</translation>
    </message>
    <message>
      <source>Too short for an outline</source>
      <translation>Zu kurz für einen Umriss</translation>
    </message>
    <message>
      <source>Tools</source>
      <translation>Werkzeuge</translation>
    </message>
    <message>
      <source>Tools and keys</source>
      <translation>Werkzeuge und Tasten</translation>
    </message>
    <message>
      <source>Touched by me</source>
      <translation>Von mir bearbeitet</translation>
    </message>
    <message>
      <source>Tour</source>
      <translation>Rundgang</translation>
    </message>
    <message>
      <source>Train</source>
      <translation>Training</translation>
    </message>
    <message>
      <source>Train for so long, whatever the number of epochs: the rate falls with the share of the time that is used, pauses and interruptions left out</source>
      <translation>So lange trainieren, unabhängig von der Zahl der Epochen: Die Lernrate fällt mit dem verbrauchten Anteil der Zeit, Pausen und Unterbrechungen nicht mitgezählt</translation>
    </message>
    <message>
      <source>Trained from</source>
      <translation>Trainiert aus</translation>
    </message>
    <message>
      <source>Training</source>
      <translation>Training</translation>
    </message>
    <message>
      <source>Training cancelled before it began: nothing was changed.</source>
      <translation>Training abgebrochen, bevor es begann: Nichts wurde geändert.</translation>
    </message>
    <message>
      <source>Training cancelled: nothing of {name} was kept. {model} stays in use, and your corrections stay: Retrain begins anew.</source>
      <translation>Training abgebrochen: Von {name} blieb nichts. {model} bleibt in Gebrauch, und Ihre Korrekturen bleiben: Nachtrainieren beginnt von vorn.</translation>
    </message>
    <message>
      <source>Training ended early: {}.</source>
      <translation>Das Training endete vorzeitig: {}.</translation>
    </message>
    <message>
      <source>Training images</source>
      <translation>Trainingsbilder</translation>
    </message>
    <message>
      <source>Training stops after this many epochs without a better result; 0: never</source>
      <translation>Das Training endet nach so vielen Epochen ohne besseres Ergebnis; 0: nie</translation>
    </message>
    <message>
      <source>Training: checking the new model</source>
      <translation>Training: Das neue Modell wird geprüft</translation>
    </message>
    <message>
      <source>Training: paused</source>
      <translation>Training: angehalten</translation>
    </message>
    <message>
      <source>Training: starting</source>
      <translation>Training: beginnt</translation>
    </message>
    <message>
      <source>Training: stopping after this step…</source>
      <translation>Training: endet nach diesem Schritt…</translation>
    </message>
    <message>
      <source>Training: waits while the model is in use</source>
      <translation>Training: wartet, solange das Modell gebraucht wird</translation>
    </message>
    <message>
      <source>Training: {where}</source>
      <translation>Training: {where}</translation>
    </message>
    <message>
      <source>Training: {where}, paused</source>
      <translation>Training: {where}, angehalten</translation>
    </message>
    <message>
      <source>Training: {where}, validating the model</source>
      <translation>Training: {where}, das Modell wird validiert</translation>
    </message>
    <message>
      <source>Training: {where}, {left}</source>
      <translation>Training: {where}, {left}</translation>
    </message>
    <message>
      <source>Try the demo image</source>
      <translation>Beispielbild ausprobieren</translation>
    </message>
    <message>
      <source>Typical diameter of the cells in pixels</source>
      <translation>Typischer Durchmesser der Zellen in Pixeln</translation>
    </message>
    <message>
      <source>Uncertain</source>
      <translation>Unsicher</translation>
    </message>
    <message>
      <source>Undo</source>
      <translation>Rückgängig</translation>
    </message>
    <message>
      <source>Undo begins anew at another time point or scene</source>
      <translation>Rückgängig beginnt bei einem anderen Zeitpunkt oder einer anderen Szene von vorn</translation>
    </message>
    <message>
      <source>Undone: {}</source>
      <translation>Rückgängig gemacht: {}</translation>
    </message>
    <message>
      <source>Uneven light</source>
      <translation>Ausleuchtung</translation>
    </message>
    <message>
      <source>Unlock</source>
      <translation>Entsperren</translation>
    </message>
    <message>
      <source>Unmark all as complete</source>
      <translation>Alle Markierungen „vollständig“ aufheben</translation>
    </message>
    <message>
      <source>Unmark as complete</source>
      <translation>Markierung „vollständig“ aufheben</translation>
    </message>
    <message>
      <source>Unsaved changes</source>
      <translation>Nicht gespeicherte Änderungen</translation>
    </message>
    <message>
      <source>Unsure</source>
      <translation>Unsicher</translation>
    </message>
    <message>
      <source>Up to ten images each judge a model that was not trained on them; takes twice as long</source>
      <translation>Jedes von bis zu zehn Bildern beurteilt ein Modell, das nicht mit ihm trainiert wurde; dauert doppelt so lange</translation>
    </message>
    <message>
      <source>Use for training again</source>
      <translation>Wieder zum Training verwenden</translation>
    </message>
    <message>
      <source>Use it and segment the next image</source>
      <translation>Verwenden und das nächste Bild segmentieren</translation>
    </message>
    <message>
      <source>Use it and segment this image</source>
      <translation>Verwenden und dieses Bild segmentieren</translation>
    </message>
    <message>
      <source>Use the new model from now on</source>
      <translation>Ab jetzt das neue Modell verwenden</translation>
    </message>
    <message>
      <source>Use the tool while it is held</source>
      <translation>Das Werkzeug verwenden, solange sie gehalten wird</translation>
    </message>
    <message>
      <source>Use them</source>
      <translation>Verwenden</translation>
    </message>
    <message>
      <source>Use this image to validate the new model instead of training on it</source>
      <translation>Das neue Modell an diesem Bild validieren, statt mit ihm zu trainieren</translation>
    </message>
    <message>
      <source>Use this model</source>
      <translation>Dieses Modell verwenden</translation>
    </message>
    <message>
      <source>V: number of voxels (stacks)</source>
      <translation>V: Zahl der Voxel (Stapel)</translation>
    </message>
    <message>
      <source>Validation</source>
      <translation>Validierung</translation>
    </message>
    <message>
      <source>Validation: precision before and after</source>
      <translation>Validierung: Präzision vorher und nachher</translation>
    </message>
    <message>
      <source>Verified</source>
      <translation>Geprüft</translation>
    </message>
    <message>
      <source>Version</source>
      <translation>Version</translation>
    </message>
    <message>
      <source>Version {} is available. Close the program and run the line that suits your installation:</source>
      <translation>Version {} ist verfügbar. Programm schließen und die Zeile ausführen, die zu Ihrer Installation passt:</translation>
    </message>
    <message>
      <source>Version {} is the newest.</source>
      <translation>Version {} ist die neueste.</translation>
    </message>
    <message>
      <source>View</source>
      <translation>Ansicht</translation>
    </message>
    <message>
      <source>Volume</source>
      <translation>Volumen</translation>
    </message>
    <message>
      <source>Voxels</source>
      <translation>Voxel</translation>
    </message>
    <message>
      <source>Wait until the folder run is finished, or cancel it</source>
      <translation>Warten Sie, bis der Ordnerlauf fertig ist, oder brechen Sie ihn ab</translation>
    </message>
    <message>
      <source>Wait until the running job has ended, or cancel it (Ctrl+.)</source>
      <translation>Warten, bis die laufende Arbeit zu Ende ist, oder sie abbrechen (Strg+.)</translation>
    </message>
    <message>
      <source>Waiting for room on the disk</source>
      <translation>Wartet auf Platz auf dem Datenträger</translation>
    </message>
    <message>
      <source>Waiting for the device</source>
      <translation>Warten auf das Gerät</translation>
    </message>
    <message>
      <source>Waits while the model is in use</source>
      <translation>Wartet, solange das Modell gebraucht wird</translation>
    </message>
    <message>
      <source>Warm-up epochs; 0: none</source>
      <translation>Aufwärmepochen; 0: keine</translation>
    </message>
    <message>
      <source>Weight decay</source>
      <translation>Gewichtsabnahme</translation>
    </message>
    <message>
      <source>Weights of doubt are from 0 to 1.</source>
      <translation>Gewichte des Zweifels liegen zwischen 0 und 1.</translation>
    </message>
    <message>
      <source>What</source>
      <translation>Was</translation>
    </message>
    <message>
      <source>What a run does with objects that you drew, corrected, locked, classified or accepted</source>
      <translation>Was ein Lauf mit Objekten tut, die Sie gezeichnet, korrigiert, gesperrt, klassifiziert oder angenommen haben</translation>
    </message>
    <message>
      <source>What a training left cannot be deleted ({}): {}.</source>
      <translation>Was ein Training hinterlassen hat, lässt sich nicht löschen ({}): {}.</translation>
    </message>
    <message>
      <source>What an object of a stack is: a body in 3D, or an outline in one plane</source>
      <translation>Was in einem Stapel als Objekt gilt: ein 3D-Objekt oder ein Umriss in einer Ebene</translation>
    </message>
    <message>
      <source>What are the axes of {name}?</source>
      <translation>Welche Achsen hat {name}?</translation>
    </message>
    <message>
      <source>What do you want to do?</source>
      <translation>Was möchten Sie tun?</translation>
    </message>
    <message>
      <source>What happens to images that already have masks. Masks without a project of this program count as corrected, since nobody knows their origin</source>
      <translation>Was mit Bildern geschieht, die schon Masken haben. Masken ohne Projekt dieses Programms gelten als korrigiert, denn niemand weiß, wie sie entstanden sind</translation>
    </message>
    <message>
      <source>What is kept for later comes back when the image is opened again.</source>
      <translation>Was für später behalten wird, ist wieder da, sobald das Bild geöffnet wird.</translation>
    </message>
    <message>
      <source>What is measured</source>
      <translation>Was gemessen wird</translation>
    </message>
    <message>
      <source>What it has found so far is lost. Other images can be opened once it is done.</source>
      <translation>Was bis jetzt gefunden wurde, geht verloren. Andere Bilder können geöffnet werden, sobald der Lauf fertig ist.</translation>
    </message>
    <message>
      <source>What judges the new model</source>
      <translation>Was das neue Modell beurteilt</translation>
    </message>
    <message>
      <source>What suits the model</source>
      <translation>Was zum Modell passt</translation>
    </message>
    <message>
      <source>What was begun on the previous image was given up</source>
      <translation>Was auf dem vorigen Bild begonnen war, wurde aufgegeben</translation>
    </message>
    <message>
      <source>What you draw replaces the object that it touches</source>
      <translation>Das Gezeichnete tritt an die Stelle des Objekts, das es berührt</translation>
    </message>
    <message>
      <source>Wheel</source>
      <translation>Rad</translation>
    </message>
    <message>
      <source>Where files are stored</source>
      <translation>Wo Dateien liegen</translation>
    </message>
    <message>
      <source>Which images judge this model was not kept when it was trained</source>
      <translation>Welche Bilder dieses Modell beurteilen, wurde beim Training nicht festgehalten</translation>
    </message>
    <message>
      <source>Which objects are listed</source>
      <translation>Welche Objekte aufgelistet werden</translation>
    </message>
    <message>
      <source>Which weights are trained. full: all of them; last: the read-out and the last blocks; adapters: small additions to every block, merged into the weights at the end. Fewer weights need less memory and time, and change the model less</source>
      <translation>Welche Gewichte trainiert werden. full: alle; last: die Ausgabe und die letzten Blöcke; adapters: kleine Zusätze zu jedem Block, die am Ende in die Gewichte eingehen. Weniger Gewichte brauchen weniger Speicher und Zeit und ändern das Modell weniger</translation>
    </message>
    <message>
      <source>Whole body</source>
      <translation>Ganzes Objekt</translation>
    </message>
    <message>
      <source>Wider</source>
      <translation>Größer</translation>
    </message>
    <message>
      <source>Window</source>
      <translation>Fenster</translation>
    </message>
    <message>
      <source>With a scale bar</source>
      <translation>Mit Maßstab</translation>
    </message>
    <message>
      <source>With class</source>
      <translation>Mit Klasse</translation>
    </message>
    <message>
      <source>With the number of each object</source>
      <translation>Mit der Nummer jedes Objekts</translation>
    </message>
    <message>
      <source>Without class</source>
      <translation>Ohne Klasse</translation>
    </message>
    <message>
      <source>Write the rows and columns that are shown to a file</source>
      <translation>Die gezeigten Zeilen und Spalten in eine Datei schreiben</translation>
    </message>
    <message>
      <source>Y accept what was found, Esc try again, Del no cell, S skip</source>
      <translation>Y Fund annehmen, Esc neu versuchen, Entf keine Zelle, S überspringen</translation>
    </message>
    <message>
      <source>Y accept, Del delete, E edit, C class, S unsure, N next</source>
      <translation>Y annehmen, Entf löschen, E bearbeiten, C Klasse, S unsicher, N weiter</translation>
    </message>
    <message>
      <source>Y accept, N next; V (Select) for the other keys</source>
      <translation>Y annehmen, N weiter; V (Auswählen) für die übrigen Tasten</translation>
    </message>
    <message>
      <source>Y find it, Del no cell, S skip, N next object</source>
      <translation>Y suchen, Entf keine Zelle, S überspringen, N nächstes Objekt</translation>
    </message>
    <message>
      <source>Yes</source>
      <translation>Ja</translation>
    </message>
    <message>
      <source>Your answer applies to all images of this shape in the folder.</source>
      <translation>Ihre Antwort gilt für alle Bilder dieses Ordners mit gleicher Form (Länge der Achsen).</translation>
    </message>
    <message>
      <source>Your own model</source>
      <translation>Eigenes Modell</translation>
    </message>
    <message>
      <source>Your own models</source>
      <translation>Eigene Modelle</translation>
    </message>
    <message>
      <source>Your work is not saved anywhere; only this window holds it. Free space on the disk, or save elsewhere.</source>
      <translation>Ihre Arbeit ist nirgends gespeichert; nur dieses Fenster hat sie. Schaffen Sie Platz auf dem Datenträger, oder speichern Sie anderswo.</translation>
    </message>
    <message>
      <source>Your work is still here, and in the journal of unsaved work.</source>
      <translation>Ihre Arbeit ist noch hier und im Journal nicht gespeicherter Arbeit.</translation>
    </message>
    <message>
      <source>Zoom</source>
      <translation>Zoom</translation>
    </message>
    <message>
      <source>Zoom in</source>
      <translation>Hineinzoomen</translation>
    </message>
    <message>
      <source>Zoom out</source>
      <translation>Herauszoomen</translation>
    </message>
    <message>
      <source>[read-only]</source>
      <translation>[schreibgeschützt]</translation>
    </message>
    <message>
      <source>a CZI</source>
      <translation>CZI</translation>
    </message>
    <message>
      <source>a JPEG</source>
      <translation>JPEG</translation>
    </message>
    <message>
      <source>a NPY</source>
      <translation>NPY</translation>
    </message>
    <message>
      <source>a PNG</source>
      <translation>PNG</translation>
    </message>
    <message>
      <source>a TIFF</source>
      <translation>TIFF</translation>
    </message>
    <message>
      <source>a dot</source>
      <translation>einen Punkt</translation>
    </message>
    <message>
      <source>a function</source>
      <translation>eine Funktion</translation>
    </message>
    <message>
      <source>a label image</source>
      <translation>Label-Bild</translation>
    </message>
    <message>
      <source>a page of it has {} entries</source>
      <translation>eine Seite hat {} Einträge</translation>
    </message>
    <message>
      <source>a part of it is damaged</source>
      <translation>ein Teil ist beschädigt</translation>
    </message>
    <message>
      <source>about {:.0f} min left</source>
      <translation>noch etwa {:.0f} min</translation>
    </message>
    <message>
      <source>about {:.0f} s left</source>
      <translation>noch etwa {:.0f} s</translation>
    </message>
    <message>
      <source>about {time}</source>
      <translation>etwa {time}</translation>
    </message>
    <message>
      <source>about {} more cells</source>
      <translation>etwa {} weitere Zellen</translation>
    </message>
    <message>
      <source>accepted</source>
      <translation>angenommen</translation>
    </message>
    <message>
      <source>after {step}</source>
      <translation>nach {step}</translation>
    </message>
    <message>
      <source>all {} time points</source>
      <translation>alle {} Zeitpunkte</translation>
    </message>
    <message>
      <source>an HDF5</source>
      <translation>HDF5</translation>
    </message>
    <message>
      <source>an MRC</source>
      <translation>MRC</translation>
    </message>
    <message>
      <source>an ND2</source>
      <translation>ND2</translation>
    </message>
    <message>
      <source>an OME-Zarr</source>
      <translation>OME-Zarr</translation>
    </message>
    <message>
      <source>an epoch has at least one sample, not {}</source>
      <translation>eine Epoche hat mindestens ein Beispiel, nicht {}</translation>
    </message>
    <message>
      <source>an image of a microscope</source>
      <translation>Mikroskop</translation>
    </message>
    <message>
      <source>an unknown computer</source>
      <translation>einem unbekannten Rechner</translation>
    </message>
    <message>
      <source>area &gt; 200 and solidity &lt; 0.9</source>
      <translation>area &gt; 200 and solidity &lt; 0.9</translation>
    </message>
    <message>
      <source>as asked</source>
      <translation>wie gewünscht</translation>
    </message>
    <message>
      <source>as chosen above</source>
      <translation>wie oben gewählt</translation>
    </message>
    <message>
      <source>as it is</source>
      <translation>wie es ist</translation>
    </message>
    <message>
      <source>at most {time}</source>
      <translation>höchstens {time}</translation>
    </message>
    <message>
      <source>at y {y}, x {x}</source>
      <translation>bei y {y}, x {x}</translation>
    </message>
    <message>
      <source>auto picks the fastest mode that fits into free memory, and the next one when memory runs out. plenty: saves nothing; stepwise: gradients never exist all at once; checkpointing: the network computes twice, a third more time; lean: both; paged: lean, with the optimiser's state in main memory; 8bit: paged, with that state rounded (needs bitsandbytes and CUDA)</source>
      <translation>auto nimmt den schnellsten Modus, der in den freien Speicher passt, und den nächsten, wenn der Speicher ausgeht. plenty: spart nichts; stepwise: nie alle Gradienten zugleich; checkpointing: das Netz rechnet zweimal, ein Drittel mehr Zeit; lean: beides; paged: lean, mit dem Zustand des Optimierers im Hauptspeicher; 8bit: paged, mit gerundetem Zustand (braucht bitsandbytes und CUDA)</translation>
    </message>
    <message>
      <source>average precision {} before, {} after ({}), on {} object kept aside; {} better, {} worse</source>
      <translation>mittlere Präzision {} vorher, {} nachher ({}), an {} zurückgehaltenen Objekt; {} besser, {} schlechter</translation>
    </message>
    <message>
      <source>average precision {} before, {} after ({}), on {} objects kept aside; {} better, {} worse</source>
      <translation>mittlere Präzision {} vorher, {} nachher ({}), an {} zurückgehaltenen Objekten; {} besser, {} schlechter</translation>
    </message>
    <message>
      <source>b: median over the ring</source>
      <translation>b: Median über den Ring</translation>
    </message>
    <message>
      <source>best epoch</source>
      <translation>beste Epoche</translation>
    </message>
    <message>
      <source>better</source>
      <translation>besser</translation>
    </message>
    <message>
      <source>block by block</source>
      <translation>Block für Block</translation>
    </message>
    <message>
      <source>blocks: bodies</source>
      <translation>Blöcke: Körper</translation>
    </message>
    <message>
      <source>blocks: labels</source>
      <translation>Blöcke: Masken</translation>
    </message>
    <message>
      <source>blocks: network and flows</source>
      <translation>Blöcke: Netz und Flüsse</translation>
    </message>
    <message>
      <source>blocks: objects</source>
      <translation>Blöcke: Objekte</translation>
    </message>
    <message>
      <source>blue</source>
      <translation>blau</translation>
    </message>
    <message>
      <source>by hand</source>
      <translation>von Hand</translation>
    </message>
    <message>
      <source>cancelled</source>
      <translation>abgebrochen</translation>
    </message>
    <message>
      <source>cannot be read</source>
      <translation>nicht lesbar</translation>
    </message>
    <message>
      <source>cannot be used</source>
      <translation>nicht nutzbar</translation>
    </message>
    <message>
      <source>cell probability {} &lt; {}</source>
      <translation>Zellwahrscheinlichkeit {} &lt; {}</translation>
    </message>
    <message>
      <source>changes abruptly from plane to plane</source>
      <translation>ändert sich sprunghaft von Ebene zu Ebene</translation>
    </message>
    <message>
      <source>channel {}</source>
      <translation>Kanal {}</translation>
    </message>
    <message>
      <source>channels (c)</source>
      <translation>Kanäle (c)</translation>
    </message>
    <message>
      <source>class {}</source>
      <translation>Klasse {}</translation>
    </message>
    <message>
      <source>colour</source>
      <translation>Farbe</translation>
    </message>
    <message>
      <source>columns (x)</source>
      <translation>Spalten (x)</translation>
    </message>
    <message>
      <source>corrected</source>
      <translation>korrigiert</translation>
    </message>
    <message>
      <source>corrected or from elsewhere</source>
      <translation>korrigiert oder fremd</translation>
    </message>
    <message>
      <source>cpsam-lite is unsure here: try cpsam_v2, or correct a few and retrain</source>
      <translation>cpsam-lite ist hier unsicher: cpsam_v2 versuchen oder einige Zellen korrigieren und nachtrainieren</translation>
    </message>
    <message>
      <source>crops are prepared by 0 or more processes, not {}</source>
      <translation>Ausschnitte werden von 0 oder mehr Prozessen vorbereitet, nicht von {}</translation>
    </message>
    <message>
      <source>cut by the border</source>
      <translation>vom Rand abgeschnitten</translation>
    </message>
    <message>
      <source>d MMMM yyyy, HH:mm</source>
      <translation>d. MMMM yyyy, HH:mm</translation>
    </message>
    <message>
      <source>degrees</source>
      <translation>Grad</translation>
    </message>
    <message>
      <source>deleted or refused by you</source>
      <translation>von Ihnen gelöscht oder abgelehnt</translation>
    </message>
    <message>
      <source>demo image, not saved</source>
      <translation>Beispielbild, wird nicht gespeichert</translation>
    </message>
    <message>
      <source>diameter {:.1f} px</source>
      <translation>Durchmesser {:.1f} px</translation>
    </message>
    <message>
      <source>diameter {:.2f} µm</source>
      <translation>Durchmesser {:.2f} µm</translation>
    </message>
    <message>
      <source>differs in the other masks (IoU {})</source>
      <translation>anders in den anderen Masken (IoU {})</translation>
    </message>
    <message>
      <source>direction of feret_max to the rows, anticlockwise, 0 to 180</source>
      <translation>Richtung von feret_max zu den Zeilen, gegen den Uhrzeigersinn, 0 bis 180</translation>
    </message>
    <message>
      <source>distance of the centroid to the nearest one of another object</source>
      <translation>Abstand des Schwerpunkts zum nächsten eines anderen Objekts</translation>
    </message>
    <message>
      <source>distance of the object's nearest pixel to the nearest pixel of a region; 0 inside</source>
      <translation>Abstand des nächsten Pixels des Objekts zum nächsten Pixel einer Region; 0 darin</translation>
    </message>
    <message>
      <source>done</source>
      <translation>fertig</translation>
    </message>
    <message>
      <source>doubt {score}</source>
      <translation>Zweifel {score}</translation>
    </message>
    <message>
      <source>drawn back</source>
      <translation>zurückgenommen</translation>
    </message>
    <message>
      <source>each image that has enough objects</source>
      <translation>jedem Bild mit genügend Objekten</translation>
    </message>
    <message>
      <source>epoch {epoch} of {epochs}</source>
      <translation>Epoche {epoch} von {epochs}</translation>
    </message>
    <message>
      <source>epoch {}/{}, loss {}</source>
      <translation>Epoche {}/{}, Verlust {}</translation>
    </message>
    <message>
      <source>failed</source>
      <translation>fehlgeschlagen</translation>
    </message>
    <message>
      <source>float16 is too coarse for gradients; train in bfloat16 or float32</source>
      <translation>float16 ist zu grob für Gradienten; trainieren Sie in bfloat16 oder float32</translation>
    </message>
    <message>
      <source>flow error</source>
      <translation>Flussfehler</translation>
    </message>
    <message>
      <source>flow error {:.2f}</source>
      <translation>Flussfehler {:.2f}</translation>
    </message>
    <message>
      <source>flow error {}</source>
      <translation>Flussfehler {}</translation>
    </message>
    <message>
      <source>flow error {} &gt; {}</source>
      <translation>Flussfehler {} &gt; {}</translation>
    </message>
    <message>
      <source>fluorescent nuclei</source>
      <translation>fluoreszierende Zellkerne</translation>
    </message>
    <message>
      <source>fold {} of {}, {}</source>
      <translation>Teil {} von {}, {}</translation>
    </message>
    <message>
      <source>forgetting is a share of at least 0, not {}</source>
      <translation>forgetting ist ein Anteil von mindestens 0, nicht {}</translation>
    </message>
    <message>
      <source>from the file</source>
      <translation>aus der Datei</translation>
    </message>
    <message>
      <source>g: median of all pixels outside objects</source>
      <translation>g: Median aller Pixel außerhalb von Objekten</translation>
    </message>
    <message>
      <source>gamma </source>
      <translation>Gamma </translation>
    </message>
    <message>
      <source>going on after epoch {}</source>
      <translation>es geht nach Epoche {} weiter</translation>
    </message>
    <message>
      <source>green</source>
      <translation>grün</translation>
    </message>
    <message>
      <source>grey</source>
      <translation>Grauwert</translation>
    </message>
    <message>
      <source>has masks</source>
      <translation>hat Masken</translation>
    </message>
    <message>
      <source>has unsaved work</source>
      <translation>hat nicht gespeicherte Arbeit</translation>
    </message>
    <message>
      <source>image</source>
      <translation>Bild</translation>
    </message>
    <message>
      <source>image by image</source>
      <translation>Bild für Bild</translation>
    </message>
    <message>
      <source>images</source>
      <translation>Bilder</translation>
    </message>
    <message>
      <source>in needs a list at its right, as in {} in (1, 2).</source>
      <translation>in braucht rechts eine Liste, wie in {} in (1, 2).</translation>
    </message>
    <message>
      <source>in plane {z}, at y {y}, x {x}</source>
      <translation>in Ebene {z}, bei y {y}, x {x}</translation>
    </message>
    <message>
      <source>in use</source>
      <translation>in Gebrauch</translation>
    </message>
    <message>
      <source>in {} pieces</source>
      <translation>in {} Stücken</translation>
    </message>
    <message>
      <source>is downloaded first</source>
      <translation>wird zuerst heruntergeladen</translation>
    </message>
    <message>
      <source>it became shorter while it was read</source>
      <translation>sie wurde kürzer, während sie gelesen wurde</translation>
    </message>
    <message>
      <source>it has fewer tiles than its size asks for</source>
      <translation>sie hat weniger Kacheln, als ihre Größe verlangt</translation>
    </message>
    <message>
      <source>it holds no numbers</source>
      <translation>darin stehen keine Zahlen</translation>
    </message>
    <message>
      <source>it is better on these images and worse on others</source>
      <translation>es ist auf diesen Bildern besser und auf anderen schlechter</translation>
    </message>
    <message>
      <source>it is not judged</source>
      <translation>es ist nicht beurteilt</translation>
    </message>
    <message>
      <source>it is not known to be better</source>
      <translation>dass es besser ist, steht nicht fest</translation>
    </message>
    <message>
      <source>it is of another kind</source>
      <translation>sie ist von anderer Art</translation>
    </message>
    <message>
      <source>it is worse</source>
      <translation>es ist schlechter</translation>
    </message>
    <message>
      <source>its chunks have other axes than the array</source>
      <translation>ihre Blöcke haben andere Achsen als das Ganze</translation>
    </message>
    <message>
      <source>its description names {} planes</source>
      <translation>ihre Beschreibung nennt {} Ebenen</translation>
    </message>
    <message>
      <source>its header is damaged</source>
      <translation>ihr Kopf ist beschädigt</translation>
    </message>
    <message>
      <source>its kind of colour is impossible</source>
      <translation>ihre Art von Farbe gibt es nicht</translation>
    </message>
    <message>
      <source>its masks are larger than memory; open it and export it alone</source>
      <translation>seine Masken passen nicht in den Arbeitsspeicher; öffnen Sie es und exportieren Sie es allein</translation>
    </message>
    <message>
      <source>its masks were made ahead and are not saved: open it and save</source>
      <translation>seine Masken wurden im Voraus gemacht und sind nicht gespeichert: öffnen und speichern Sie es</translation>
    </message>
    <message>
      <source>its pages lead round in a circle</source>
      <translation>ihre Seiten führen im Kreis</translation>
    </message>
    <message>
      <source>its palette has an impossible number of bits</source>
      <translation>ihre Palette hat eine unmögliche Zahl von Bits</translation>
    </message>
    <message>
      <source>its palette is damaged</source>
      <translation>ihre Palette ist beschädigt</translation>
    </message>
    <message>
      <source>its table is no table</source>
      <translation>ihre Tabelle ist keine</translation>
    </message>
    <message>
      <source>kept aside</source>
      <translation>zurückgehalten</translation>
    </message>
    <message>
      <source>largest distance of two points of the convex hull (planes)</source>
      <translation>größter Abstand zweier Punkte der konvexen Hülle (Ebenen)</translation>
    </message>
    <message>
      <source>largest value</source>
      <translation>größter Wert</translation>
    </message>
    <message>
      <source>learning</source>
      <translation>lernt</translation>
    </message>
    <message>
      <source>least distance of two parallel lines around the object (planes)</source>
      <translation>kleinster Abstand zweier paralleler Geraden um das Objekt (Ebenen)</translation>
    </message>
    <message>
      <source>least value</source>
      <translation>kleinster Wert</translation>
    </message>
    <message>
      <source>left out</source>
      <translation>ausgelassen</translation>
    </message>
    <message>
      <source>locked</source>
      <translation>gesperrt</translation>
    </message>
    <message>
      <source>longer than the others</source>
      <translation>länger als die anderen</translation>
    </message>
    <message>
      <source>looking at the image</source>
      <translation>Bild wird angesehen</translation>
    </message>
    <message>
      <source>low probability ({})</source>
      <translation>geringe Wahrscheinlichkeit ({})</translation>
    </message>
    <message>
      <source>lower the learning rate ({})</source>
      <translation>senken Sie die Lernrate ({})</translation>
    </message>
    <message>
      <source>made again</source>
      <translation>wird neu erzeugt</translation>
    </message>
    <message>
      <source>made again, hand-made stays</source>
      <translation>wird neu erzeugt, Handarbeit bleibt</translation>
    </message>
    <message>
      <source>made again, own thresholds</source>
      <translation>wird neu erzeugt, eigene Schwellen</translation>
    </message>
    <message>
      <source>major axis / minor axis</source>
      <translation>Hauptachse / Nebenachse</translation>
    </message>
    <message>
      <source>making objects</source>
      <translation>Objekte entstehen</translation>
    </message>
    <message>
      <source>making outlines</source>
      <translation>Umrisse entstehen</translation>
    </message>
    <message>
      <source>masks of shape {}</source>
      <translation>Masken der Form {}</translation>
    </message>
    <message>
      <source>masks of {} only</source>
      <translation>nur Masken von {}</translation>
    </message>
    <message>
      <source>masks ready</source>
      <translation>bereit</translation>
    </message>
    <message>
      <source>masks ready: segmented ahead, not saved yet</source>
      <translation>Masken bereit: vorab segmentiert, noch nicht gespeichert</translation>
    </message>
    <message>
      <source>max of {}</source>
      <translation>Max. von {}</translation>
    </message>
    <message>
      <source>may be chance: the true change lies between {} and {}</source>
      <translation>kann Zufall sein: Die wahre Änderung liegt zwischen {} und {}</translation>
    </message>
    <message>
      <source>mean - b</source>
      <translation>Mittelwert - b</translation>
    </message>
    <message>
      <source>mean brightness {:,.1f}</source>
      <translation>mittlere Helligkeit {:,.1f}</translation>
    </message>
    <message>
      <source>mean of the pixels in channel C</source>
      <translation>Mittelwert der Pixel in Kanal C</translation>
    </message>
    <message>
      <source>mean over the ring: background nearer to this object than to others, from 1 to 6 pixels away</source>
      <translation>Mittelwert über den Ring: Hintergrund, der diesem Objekt näher liegt als anderen, 1 bis 6 Pixel entfernt</translation>
    </message>
    <message>
      <source>mean position, counted from 0</source>
      <translation>mittlere Position, von 0 gezählt</translation>
    </message>
    <message>
      <source>measured at the start</source>
      <translation>wird zu Beginn gemessen</translation>
    </message>
    <message>
      <source>measuring the size of the cells</source>
      <translation>Größe der Zellen wird gemessen</translation>
    </message>
    <message>
      <source>median</source>
      <translation>Median</translation>
    </message>
    <message>
      <source>median area {:,.0f} px</source>
      <translation>Fläche im Median {:,.0f} px</translation>
    </message>
    <message>
      <source>median doubt {value}</source>
      <translation>Zweifel im Median {value}</translation>
    </message>
    <message>
      <source>median flow error {value}</source>
      <translation>Flussfehler im Median {value}</translation>
    </message>
    <message>
      <source>median size {size}</source>
      <translation>Größe im Median {size}</translation>
    </message>
    <message>
      <source>median volume {:,.0f} voxels</source>
      <translation>Volumen im Median {:,.0f} Voxel</translation>
    </message>
    <message>
      <source>memory mode {} never holds all gradients, so their norm cannot be clipped; use memory mode checkpointing, or set clip to 0</source>
      <translation>Speichermodus {} hält nie alle Gradienten, ihre Norm lässt sich daher nicht begrenzen; Speichermodus checkpointing verwenden oder clip auf 0 setzen</translation>
    </message>
    <message>
      <source>memory mode {} works in one process only; use checkpointing with several</source>
      <translation>Speichermodus {} geht nur in einem Prozess; mit mehreren verwenden Sie checkpointing</translation>
    </message>
    <message>
      <source>min_objects is at least 0, and replay a share of at least 0 and below 1</source>
      <translation>min_objects ist mindestens 0, replay ein Anteil von mindestens 0 und unter 1</translation>
    </message>
    <message>
      <source>model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <source>more concave than the others</source>
      <translation>stärker eingebuchtet als die anderen</translation>
    </message>
    <message>
      <source>most outlines that judge it are unchecked</source>
      <translation>die meisten Umrisse, an denen es gemessen wird, sind ungeprüft</translation>
    </message>
    <message>
      <source>much larger than the others</source>
      <translation>viel größer als die anderen</translation>
    </message>
    <message>
      <source>much smaller than the others</source>
      <translation>viel kleiner als die anderen</translation>
    </message>
    <message>
      <source>nats</source>
      <translation>Nat</translation>
    </message>
    <message>
      <source>no actions were installed on this window</source>
      <translation>in diesem Fenster sind keine Aktionen eingerichtet</translation>
    </message>
    <message>
      <source>no better result in {} epoch</source>
      <translation>kein besseres Ergebnis in {} Epoche</translation>
    </message>
    <message>
      <source>no better result in {} epochs</source>
      <translation>kein besseres Ergebnis in {} Epochen</translation>
    </message>
    <message>
      <source>no difference found</source>
      <translation>kein Unterschied festgestellt</translation>
    </message>
    <message>
      <source>no masks</source>
      <translation>keine Masken</translation>
    </message>
    <message>
      <source>no object at a cell threshold of {}</source>
      <translation>kein Objekt bei einer Zellschwelle von {}</translation>
    </message>
    <message>
      <source>no permission to write in {}</source>
      <translation>keine Berechtigung, in {} zu schreiben</translation>
    </message>
    <message>
      <source>none</source>
      <translation>keine</translation>
    </message>
    <message>
      <source>none: whether it is better than {} is not known</source>
      <translation>keiner: ob es besser ist als {}, ist nicht bekannt</translation>
    </message>
    <message>
      <source>not compared</source>
      <translation>nicht verglichen</translation>
    </message>
    <message>
      <source>not corrected</source>
      <translation>nicht korrigiert</translation>
    </message>
    <message>
      <source>not different</source>
      <translation>nicht verschieden</translation>
    </message>
    <message>
      <source>not here yet; fetched on first use</source>
      <translation>noch nicht hier; wird bei der ersten Verwendung geladen</translation>
    </message>
    <message>
      <source>not in the other masks</source>
      <translation>nicht in den anderen Masken</translation>
    </message>
    <message>
      <source>not known</source>
      <translation>nicht bekannt</translation>
    </message>
    <message>
      <source>not measured: {names}</source>
      <translation>nicht gemessen: {names}</translation>
    </message>
    <message>
      <source>not started</source>
      <translation>ausstehend</translation>
    </message>
    <message>
      <source>not stated</source>
      <translation>nicht angegeben</translation>
    </message>
    <message>
      <source>nothing found</source>
      <translation>nichts gefunden</translation>
    </message>
    <message>
      <source>nothing shows whether it is better</source>
      <translation>nichts zeigt, ob es besser ist</translation>
    </message>
    <message>
      <source>number of objects that touch this one, or lie within the distance that is chosen</source>
      <translation>Zahl der Objekte, die dieses berühren oder im gewählten Abstand liegen</translation>
    </message>
    <message>
      <source>object</source>
      <translation>Objekt</translation>
    </message>
    <message>
      <source>object {}</source>
      <translation>Objekt {}</translation>
    </message>
    <message>
      <source>objects</source>
      <translation>Objekte</translation>
    </message>
    <message>
      <source>of the whole stack</source>
      <translation>des ganzen Stapels</translation>
    </message>
    <message>
      <source>one scene only of {} file</source>
      <translation>nur eine Szene von {} Datei</translation>
    </message>
    <message>
      <source>one scene only of {} files</source>
      <translation>nur eine Szene von {} Dateien</translation>
    </message>
    <message>
      <source>one time point only of {} movie</source>
      <translation>nur ein Zeitpunkt von {} Film</translation>
    </message>
    <message>
      <source>one time point only of {} movies</source>
      <translation>nur ein Zeitpunkt von {} Filmen</translation>
    </message>
    <message>
      <source>open in the window</source>
      <translation>im Fenster geöffnet</translation>
    </message>
    <message>
      <source>outlines there</source>
      <translation>Umrisse dort</translation>
    </message>
    <message>
      <source>part of the program</source>
      <translation>Teil des Programms</translation>
    </message>
    <message>
      <source>parts of a file are read without gaps</source>
      <translation>Teile einer Datei werden ohne Lücken gelesen</translation>
    </message>
    <message>
      <source>paused</source>
      <translation>angehalten</translation>
    </message>
    <message>
      <source>phase contrast</source>
      <translation>Phasenkontrast</translation>
    </message>
    <message>
      <source>pi^(1/3) (6 V)^(2/3) / S; 1 for a ball (stacks)</source>
      <translation>pi^(1/3) (6 V)^(2/3) / S; 1 bei einer Kugel (Stapel)</translation>
    </message>
    <message>
      <source>pixels</source>
      <translation>Pixel</translation>
    </message>
    <message>
      <source>pixels inside regions / A</source>
      <translation>Pixel innerhalb von Regionen / A</translation>
    </message>
    <message>
      <source>pixels whose centre lies in the convex hull</source>
      <translation>Pixel, deren Mitte in der konvexen Hülle liegt</translation>
    </message>
    <message>
      <source>pixels, um</source>
      <translation>Pixel, um</translation>
    </message>
    <message>
      <source>pixels, um2</source>
      <translation>Pixel, um2</translation>
    </message>
    <message>
      <source>plane {number} of {count}</source>
      <translation>Ebene {number} von {count}</translation>
    </message>
    <message>
      <source>plane {}</source>
      <translation>Ebene {}</translation>
    </message>
    <message>
      <source>planes (z)</source>
      <translation>Ebenen (z)</translation>
    </message>
    <message>
      <source>planes {} to {}</source>
      <translation>Ebenen {} bis {}</translation>
    </message>
    <message>
      <source>probability</source>
      <translation>Wahrscheinlichkeit</translation>
    </message>
    <message>
      <source>probability {:.2f}</source>
      <translation>Wahrscheinlichkeit {:.2f}</translation>
    </message>
    <message>
      <source>published by Cellpose</source>
      <translation>von Cellpose veröffentlicht</translation>
    </message>
    <message>
      <source>px</source>
      <translation>px</translation>
    </message>
    <message>
      <source>r of the pixels of channels A and B</source>
      <translation>r der Pixel der Kanäle A und B</translation>
    </message>
    <message>
      <source>rank and score_every are at least 1</source>
      <translation>rank und score_every sind mindestens 1</translation>
    </message>
    <message>
      <source>read and written</source>
      <translation>gelesen und geschrieben</translation>
    </message>
    <message>
      <source>read-only</source>
      <translation>schreibgeschützt</translation>
    </message>
    <message>
      <source>red</source>
      <translation>rot</translation>
    </message>
    <message>
      <source>red, green, blue</source>
      <translation>rot, grün, blau</translation>
    </message>
    <message>
      <source>rejected: {}; click to keep it</source>
      <translation>verworfen: {}; ein Klick behält es</translation>
    </message>
    <message>
      <source>rows (y)</source>
      <translation>Zeilen (y)</translation>
    </message>
    <message>
      <source>scene {} of {} only</source>
      <translation>nur Szene {} von {}</translation>
    </message>
    <message>
      <source>seed, warmup, clip, weight_decay, patience and blocks are at least 0</source>
      <translation>seed, warmup, clip, weight_decay, patience und blocks sind mindestens 0</translation>
    </message>
    <message>
      <source>seen from above, {percent} %</source>
      <translation>von oben gesehen, {percent} %</translation>
    </message>
    <message>
      <source>seen from the front, {percent} %</source>
      <translation>von vorn gesehen, {percent} %</translation>
    </message>
    <message>
      <source>seen from the side, {percent} %</source>
      <translation>von der Seite gesehen, {percent} %</translation>
    </message>
    <message>
      <source>segmented</source>
      <translation>segmentiert</translation>
    </message>
    <message>
      <source>segmented, not corrected yet</source>
      <translation>segmentiert, noch nicht korrigiert</translation>
    </message>
    <message>
      <source>skipped</source>
      <translation>übersprungen</translation>
    </message>
    <message>
      <source>solidity {:.2f}</source>
      <translation>Solidität {:.2f}</translation>
    </message>
    <message>
      <source>somebody</source>
      <translation>jemand</translation>
    </message>
    <message>
      <source>sqrt(1 - l2 / l1), of the largest and the smallest variance</source>
      <translation>sqrt(1 - l2 / l1), aus der größten und der kleinsten Varianz</translation>
    </message>
    <message>
      <source>sqrt(4 A / pi); of stacks cbrt(6 V / pi)</source>
      <translation>sqrt(4 A / pi); bei Stapeln cbrt(6 V / pi)</translation>
    </message>
    <message>
      <source>sqrt(mean of squares of the differences from the mean), over all pixels (n, not n - 1)</source>
      <translation>sqrt(mittleres Quadrat der Abweichungen vom Mittelwert), über alle Pixel (n, nicht n - 1)</translation>
    </message>
    <message>
      <source>sqrt(sum p(i, j)^2)</source>
      <translation>sqrt(Summe p(i, j)^2)</translation>
    </message>
    <message>
      <source>square brackets after a name</source>
      <translation>eckige Klammern nach einem Namen</translation>
    </message>
    <message>
      <source>stained tissue</source>
      <translation>gefärbtes Gewebe</translation>
    </message>
    <message>
      <source>stays: corrected</source>
      <translation>bleibt: korrigiert</translation>
    </message>
    <message>
      <source>stays: has masks</source>
      <translation>bleibt: hat Masken</translation>
    </message>
    <message>
      <source>stays: has unsaved work</source>
      <translation>bleibt: hat nicht gespeicherte Arbeit</translation>
    </message>
    <message>
      <source>stays: thresholds set by hand</source>
      <translation>bleibt: Schwellen von Hand gesetzt</translation>
    </message>
    <message>
      <source>sum of A where A and B are present / sum of A where A is (present: 15 % of the object's largest value or more; CellProfiler)</source>
      <translation>Summe von A, wo A und B vorhanden sind / Summe von A, wo A vorhanden ist (vorhanden: ab 15 % des größten Werts im Objekt; CellProfiler)</translation>
    </message>
    <message>
      <source>sum of the pixels: mean x A</source>
      <translation>Summe der Pixel: Mittelwert x A</translation>
    </message>
    <message>
      <source>sum p(i, j) (i - j)^2; p: share of pairs of neighbouring pixels with grey levels i and j (32 levels, mean of all directions; Haralick 1973)</source>
      <translation>Summe p(i, j) (i - j)^2; p: Anteil der Paare benachbarter Pixel mit den Graustufen i und j (32 Stufen, Mittel aller Richtungen; Haralick 1973)</translation>
    </message>
    <message>
      <source>sum p(i, j) (i - m)(j - m) / s^2, with the mean m and variance s^2 of p; 1 where s is 0</source>
      <translation>Summe p(i, j) (i - m)(j - m) / s^2, mit Mittelwert m und Varianz s^2 von p; 1, wo s gleich 0 ist</translation>
    </message>
    <message>
      <source>sum p(i, j) / (1 + (i - j)^2)</source>
      <translation>Summe p(i, j) / (1 + (i - j)^2)</translation>
    </message>
    <message>
      <source>sum(A B) / sqrt(sum(A^2) sum(B^2)), where both are present</source>
      <translation>Summe(A B) / sqrt(Summe(A^2) Summe(B^2)), wo beide vorhanden sind</translation>
    </message>
    <message>
      <source>the Apple graphics processor</source>
      <translation>dem Apple-Grafikprozessor</translation>
    </message>
    <message>
      <source>the CPU</source>
      <translation>der CPU</translation>
    </message>
    <message>
      <source>the bodies of {}</source>
      <translation>den 3D-Objekten von {}</translation>
    </message>
    <message>
      <source>the data could not be written completely, perhaps because the disk is full ({})</source>
      <translation>die Daten ließen sich nicht vollständig schreiben, vielleicht weil der Datenträger voll ist ({})</translation>
    </message>
    <message>
      <source>the disk is full (or the space allowed to you is used up)</source>
      <translation>der Datenträger ist voll (oder der Platz, der Ihnen zusteht, ist verbraucht)</translation>
    </message>
    <message>
      <source>the disk is full (or the space allowed to you is used up): it takes {}</source>
      <translation>der Datenträger ist voll (oder der Platz, der Ihnen zusteht, ist verbraucht): gebraucht werden {}</translation>
    </message>
    <message>
      <source>the disk is full (or the space allowed to you is used up): it takes {}, and {} are free there</source>
      <translation>der Datenträger ist voll (oder der Platz, der Ihnen zusteht, ist verbraucht): gebraucht werden {}, und dort sind {} frei</translation>
    </message>
    <message>
      <source>the folder {} does not exist</source>
      <translation>den Ordner {} gibt es nicht</translation>
    </message>
    <message>
      <source>the gradients of {} steps one after the other are not finite, so nothing is learnt any more ({}, {}); {}</source>
      <translation>die Gradienten von {} Schritten nacheinander sind nicht endlich, sodass nichts mehr gelernt wird ({}, {}); {}</translation>
    </message>
    <message>
      <source>the graphics card</source>
      <translation>der Grafikkarte</translation>
    </message>
    <message>
      <source>the image</source>
      <translation>dem Bild</translation>
    </message>
    <message>
      <source>the images have more classes than the plan: plan the training again</source>
      <translation>die Bilder haben mehr Klassen als der Plan: Planen Sie das Training neu</translation>
    </message>
    <message>
      <source>the loss is no longer a number after {} steps; lower the learning rate ({})</source>
      <translation>der Verlust ist nach {} Schritten keine Zahl mehr; senken Sie die Lernrate ({})</translation>
    </message>
    <message>
      <source>the minutes are those of at least one training, not {}</source>
      <translation>die Minuten gelten für mindestens ein Training, nicht für {}</translation>
    </message>
    <message>
      <source>the network takes {} channels, but the images were prepared with {}</source>
      <translation>das Netz nimmt {} Kanäle, die Bilder wurden aber mit {} vorbereitet</translation>
    </message>
    <message>
      <source>the number of the object in the masks</source>
      <translation>die Nummer des Objekts in den Masken</translation>
    </message>
    <message>
      <source>the same of a stack</source>
      <translation>dasselbe bei einem Stapel</translation>
    </message>
    <message>
      <source>the same to the second nearest</source>
      <translation>dasselbe zum zweitnächsten</translation>
    </message>
    <message>
      <source>the same with the smallest variance</source>
      <translation>dasselbe mit der kleinsten Varianz</translation>
    </message>
    <message>
      <source>there is no memory mode {}; use one of {}</source>
      <translation>es gibt keinen Speichermodus {}; möglich sind {}</translation>
    </message>
    <message>
      <source>there is no mode {}; use one of {}</source>
      <translation>es gibt keinen Modus {}; möglich sind {}</translation>
    </message>
    <message>
      <source>there is no {}: torch sees {} CUDA devices</source>
      <translation>{} gibt es nicht: torch sieht {} CUDA-Geräte</translation>
    </message>
    <message>
      <source>this image</source>
      <translation>dieses Bild</translation>
    </message>
    <message>
      <source>this machine has no {} device that torch {} can use</source>
      <translation>Auf diesem Rechner gibt es kein {}, das torch {} nutzen kann</translation>
    </message>
    <message>
      <source>this network takes crops of whole patches of {} pixels, at most {}, not {}</source>
      <translation>dieses Netz nimmt Ausschnitte aus ganzen Feldern von {} Pixeln, höchstens {}, nicht {}</translation>
    </message>
    <message>
      <source>thresholds set by hand</source>
      <translation>Schwellen von Hand</translation>
    </message>
    <message>
      <source>time point {} of {}</source>
      <translation>Zeitpunkt {} von {}</translation>
    </message>
    <message>
      <source>time point {} of {} only</source>
      <translation>nur Zeitpunkt {} von {}</translation>
    </message>
    <message>
      <source>time point {}: {}</source>
      <translation>Zeitpunkt {}: {}</translation>
    </message>
    <message>
      <source>time points (t)</source>
      <translation>Zeitpunkte (t)</translation>
    </message>
    <message>
      <source>time {number} / {count}</source>
      <translation>Zeit {number} / {count}</translation>
    </message>
    <message>
      <source>to {:,} files</source>
      <translation>in {:,} Dateien</translation>
    </message>
    <message>
      <source>touched by hand</source>
      <translation>von Hand bearbeitet</translation>
    </message>
    <message>
      <source>tracing the cells</source>
      <translation>Zellen werden nachgezeichnet</translation>
    </message>
    <message>
      <source>train in float32</source>
      <translation>trainieren Sie in float32</translation>
    </message>
    <message>
      <source>train on another device</source>
      <translation>trainieren Sie auf einem anderen Gerät</translation>
    </message>
    <message>
      <source>trained on data under CC-BY-NC: not for commercial use</source>
      <translation>mit Daten unter CC-BY-NC trainiert: nicht für kommerzielle Zwecke</translation>
    </message>
    <message>
      <source>training</source>
      <translation>Training</translation>
    </message>
    <message>
      <source>training in memory mode {}, which fits into the memory that is free</source>
      <translation>Training im Speichermodus {}, der in den freien Speicher passt</translation>
    </message>
    <message>
      <source>training is planned for some minutes, not {}</source>
      <translation>das Training ist auf einige Minuten ausgelegt, nicht {}</translation>
    </message>
    <message>
      <source>training lasts some minutes, not {}</source>
      <translation>ein Training dauert eine positive Zahl von Minuten, nicht {}</translation>
    </message>
    <message>
      <source>training needs at least one epoch, sample and thread, a batch of one, a rate above 0 and averaging below 1</source>
      <translation>das Training braucht mindestens eine Epoche, ein Beispiel und einen Thread, die Stapelgröße 1, eine Rate über 0 und eine Mittelung unter 1</translation>
    </message>
    <message>
      <source>uncertain</source>
      <translation>unsicher</translation>
    </message>
    <message>
      <source>unknown: 1</source>
      <translation>unbekannt: 1</translation>
    </message>
    <message>
      <source>unsaved, {}</source>
      <translation>ungespeichert, {}</translation>
    </message>
    <message>
      <source>untitled</source>
      <translation>ohne Namen</translation>
    </message>
    <message>
      <source>validation</source>
      <translation>Validierung</translation>
    </message>
    <message>
      <source>verified</source>
      <translation>geprüft</translation>
    </message>
    <message>
      <source>volumes kept aside</source>
      <translation>zurückgehaltene Stapel</translation>
    </message>
    <message>
      <source>voxels</source>
      <translation>Voxel</translation>
    </message>
    <message>
      <source>voxels, um3</source>
      <translation>Voxel, um3</translation>
    </message>
    <message>
      <source>waiting</source>
      <translation>wartet</translation>
    </message>
    <message>
      <source>whether a pixel lies at the border of the image</source>
      <translation>ob ein Pixel am Bildrand liegt</translation>
    </message>
    <message>
      <source>worse</source>
      <translation>schlechter</translation>
    </message>
    <message>
      <source>written</source>
      <translation>geschrieben</translation>
    </message>
    <message>
      <source>yes</source>
      <translation>ja</translation>
    </message>
    <message>
      <source>your earlier images</source>
      <translation>Ihre früheren Bilder</translation>
    </message>
    <message>
      <source>your own</source>
      <translation>eigenes</translation>
    </message>
    <message>
      <source>{0:,} objects, segmented ahead with {1}</source>
      <translation>{0:,} Objekte, im Voraus segmentiert mit {1}</translation>
    </message>
    <message>
      <source>{:,} failed</source>
      <translation>{:,} fehlgeschlagen</translation>
    </message>
    <message>
      <source>{:,} images</source>
      <translation>{:,} Bilder</translation>
    </message>
    <message>
      <source>{:,} images cannot be read and were passed over. The list of files says why.</source>
      <translation>{:,} Bilder sind nicht lesbar und wurden übergangen. Die Dateiliste sagt, warum.</translation>
    </message>
    <message>
      <source>{:,} left out</source>
      <translation>{:,} weggelassen</translation>
    </message>
    <message>
      <source>{:,} objects</source>
      <translation>{:,} Objekte</translation>
    </message>
    <message>
      <source>{:,} objects copied</source>
      <translation>{:,} Objekte kopiert</translation>
    </message>
    <message>
      <source>{:,} objects found</source>
      <translation>{:,} Objekte gefunden</translation>
    </message>
    <message>
      <source>{:,} objects imported from {name}</source>
      <translation>{:,} Objekte aus {name} importiert</translation>
    </message>
    <message>
      <source>{:,} objects in the region</source>
      <translation>{:,} Objekte im Bereich</translation>
    </message>
    <message>
      <source>{:,} objects so far</source>
      <translation>{:,} Objekte bisher</translation>
    </message>
    <message>
      <source>{:,} objects that you touched will be replaced</source>
      <translation>{:,} von Ihnen bearbeitete Objekte werden ersetzt</translation>
    </message>
    <message>
      <source>{:,} of them only in part</source>
      <translation>{:,} davon nur zum Teil</translation>
    </message>
    <message>
      <source>{:,} px</source>
      <translation>{:,} px</translation>
    </message>
    <message>
      <source>{:,} steps</source>
      <translation>{:,} Schritte</translation>
    </message>
    <message>
      <source>{:,} voxels</source>
      <translation>{:,} Voxel</translation>
    </message>
    <message>
      <source>{count} bodies   Drag: turn   Ctrl+drag: move   Wheel: zoom</source>
      <translation>{count} 3D-Objekte   Ziehen: drehen   Strg+Ziehen: verschieben   Rad: zoomen</translation>
    </message>
    <message>
      <source>{count} objects</source>
      <translation>{count} Objekte</translation>
    </message>
    <message>
      <source>{count} objects selected</source>
      <translation>{count} Objekte ausgewählt</translation>
    </message>
    <message>
      <source>{count} of {all} objects</source>
      <translation>{count} von {all} Objekten</translation>
    </message>
    <message>
      <source>{count} of {all} objects, those that the filter shows</source>
      <translation>{count} von {all} Objekten: die, die der Filter zeigt</translation>
    </message>
    <message>
      <source>{count} possible cells without a mask</source>
      <translation>{count} mögliche Zellen ohne Maske</translation>
    </message>
    <message>
      <source>{done} of {all} reviewed</source>
      <translation>{done} von {all} durchgesehen</translation>
    </message>
    <message>
      <source>{done} of {epochs} epochs are done.</source>
      <translation>{done} von {epochs} Epochen sind trainiert.</translation>
    </message>
    <message>
      <source>{fits} of {epochs} epochs fit into it</source>
      <translation>{fits} von {epochs} Epochen passen hinein</translation>
    </message>
    <message>
      <source>{images} images with {objects} objects</source>
      <translation>{images} Bilder mit {objects} Objekten</translation>
    </message>
    <message>
      <source>{images} images with {objects} objects for training, {aside} for validation</source>
      <translation>{images} Bilder mit {objects} Objekten zum Training, {aside} zur Validierung</translation>
    </message>
    <message>
      <source>{images} images with {objects} objects measured: {name}</source>
      <translation>{images} Bilder mit {objects} Objekten gemessen: {name}</translation>
    </message>
    <message>
      <source>{image} is no longer in its folder; the folder may have been moved, or a drive disconnected. Your work is still here. Export masks saves it somewhere else.</source>
      <translation>{image} ist nicht mehr in seinem Ordner; vielleicht wurde der Ordner verschoben oder ein Laufwerk entfernt. Ihre Arbeit ist noch hier. Masken exportieren speichert sie anderswo.</translation>
    </message>
    <message>
      <source>{job}: stopped, because another image was opened.</source>
      <translation>{job}: beendet, weil ein anderes Bild geöffnet wurde.</translation>
    </message>
    <message>
      <source>{keys} is shared by: {actions}</source>
      <translation>{keys} ist mehrfach belegt: {actions}</translation>
    </message>
    <message>
      <source>{keys} is the shortcut of: {actions}</source>
      <translation>{keys} ist schon belegt: {actions}</translation>
    </message>
    <message>
      <source>{low} to {high}</source>
      <translation>{low} bis {high}</translation>
    </message>
    <message>
      <source>{name} (in use)</source>
      <translation>{name} (in Gebrauch)</translation>
    </message>
    <message>
      <source>{name} as the truth</source>
      <translation>{name} als Wahrheit</translation>
    </message>
    <message>
      <source>{name} in expressions</source>
      <translation>{name} in Ausdrücken</translation>
    </message>
    <message>
      <source>{name} is being trained or compared in another window or program</source>
      <translation>{name} wird gerade in einem anderen Fenster oder Programm trainiert oder verglichen</translation>
    </message>
    <message>
      <source>{name} is better</source>
      <translation>{name} ist besser</translation>
    </message>
    <message>
      <source>{name} is better here and worse elsewhere</source>
      <translation>{name} ist hier besser und anderswo schlechter</translation>
    </message>
    <message>
      <source>{name} is not judged: most outlines kept aside are unchecked</source>
      <translation>{name} ist nicht beurteilt: Die meisten zurückgelegten Umrisse sind ungeprüft</translation>
    </message>
    <message>
      <source>{name} is not judged: the verdict was skipped</source>
      <translation>{name} ist nicht beurteilt: Das Urteil wurde übersprungen</translation>
    </message>
    <message>
      <source>{name} is not measurably different</source>
      <translation>{name} unterscheidet sich nicht messbar</translation>
    </message>
    <message>
      <source>{name} is trained</source>
      <translation>{name} ist trainiert</translation>
    </message>
    <message>
      <source>{name} is trained and kept, and its comparison failed: it is not judged.</source>
      <translation>{name} ist trainiert und bleibt, aber der Vergleich ist fehlgeschlagen: Es ist nicht beurteilt.</translation>
    </message>
    <message>
      <source>{name} is trained and not compared with the model before yet.</source>
      <translation>{name} ist trainiert und noch nicht mit dem Modell davor verglichen.</translation>
    </message>
    <message>
      <source>{name} is worse</source>
      <translation>{name} ist schlechter</translation>
    </message>
    <message>
      <source>{name}, time {number}</source>
      <translation>{name}, Zeitpunkt {number}</translation>
    </message>
    <message>
      <source>{name}: error rate {error}, F1 {f1}</source>
      <translation>{name}: Fehlerrate {error}, F1 {f1}</translation>
    </message>
    <message>
      <source>{name}: {count} parts</source>
      <translation>{name}: {count} Teile</translation>
    </message>
    <message>
      <source>{name}: {count} planes</source>
      <translation>{name}: {count} Ebenen</translation>
    </message>
    <message>
      <source>{n} h</source>
      <translation>{n} h</translation>
    </message>
    <message>
      <source>{n} min</source>
      <translation>{n} min</translation>
    </message>
    <message>
      <source>{n} s</source>
      <translation>{n} s</translation>
    </message>
    <message>
      <source>{part} % covered</source>
      <translation>{part} % bedeckt</translation>
    </message>
    <message>
      <source>{some} of {all} points are drawn; dragging selects all</source>
      <translation>{some} von {all} Punkten sind gezeichnet; Ziehen wählt alle aus</translation>
    </message>
    <message>
      <source>{time} left</source>
      <translation>noch {time}</translation>
    </message>
    <message>
      <source>{user} on {computer}, since {when}</source>
      <translation>{user} auf {computer}, seit {when}</translation>
    </message>
    <message>
      <source>{written:,} of {total:,} images written</source>
      <translation>{written:,} von {total:,} Bildern geschrieben</translation>
    </message>
    <message>
      <source>{}  (T)</source>
      <translation>{}  (T)</translation>
    </message>
    <message>
      <source>{} and others</source>
      <translation>{} und anderen</translation>
    </message>
    <message>
      <source>{} and start again{}</source>
      <translation>{} und beginnen Sie erneut{}</translation>
    </message>
    <message>
      <source>{} and the image differ in size: {} against {}. Were they made for another image, or for a scaled or cropped copy?</source>
      <translation>{} und das Bild sind verschieden groß: {} gegen {}. Gehören sie zu einem anderen Bild oder zu einer skalierten oder beschnittenen Kopie?</translation>
    </message>
    <message>
      <source>{} and the masks differ in size: {} against {}.</source>
      <translation>{} und die Masken sind verschieden groß: {} gegen {}.</translation>
    </message>
    <message>
      <source>{} belongs to a set of OME-TIFF files, and its description names no plane of its own; was it renamed? Give it back the name that the microscope gave it.</source>
      <translation>{} gehört zu einem Satz von OME-TIFF-Dateien, und die Beschreibung nennt keine Ebene darin; wurde die Datei umbenannt? Geben Sie ihr den Namen zurück, den das Mikroskop ihr gab.</translation>
    </message>
    <message>
      <source>{} bytes</source>
      <translation>{} Bytes</translation>
    </message>
    <message>
      <source>{} can be read in two ways: write {} or {}.</source>
      <translation>{} lässt sich auf zwei Arten lesen: {} oder {} schreiben.</translation>
    </message>
    <message>
      <source>{} can only be read.</source>
      <translation>{} lässt sich nur lesen.</translation>
    </message>
    <message>
      <source>{} cannot be read</source>
      <translation>{} nicht lesbar</translation>
    </message>
    <message>
      <source>{} cannot be read ({}).</source>
      <translation>{} ist nicht lesbar ({}).</translation>
    </message>
    <message>
      <source>{} cannot be read as JPEG ({}).</source>
      <translation>{} ist nicht als JPEG lesbar ({}).</translation>
    </message>
    <message>
      <source>{} cannot be read as {}: it is damaged or incomplete ({}). {}</source>
      <translation>{} lässt sich nicht als {} lesen: Die Datei ist beschädigt oder unvollständig ({}). {}</translation>
    </message>
    <message>
      <source>{} cell proposed   Enter: accept   Esc: cancel</source>
      <translation>{} Zelle vorgeschlagen   Enter: annehmen   Esc: abbrechen</translation>
    </message>
    <message>
      <source>{} cells proposed   Enter: accept   Esc: cancel</source>
      <translation>{} Zellen vorgeschlagen   Enter: annehmen   Esc: abbrechen</translation>
    </message>
    <message>
      <source>{} channel</source>
      <translation>{} Kanal</translation>
    </message>
    <message>
      <source>{} channels</source>
      <translation>{} Kanäle</translation>
    </message>
    <message>
      <source>{} compares text with a number; text stands in quotes.</source>
      <translation>{} vergleicht Text mit einer Zahl; Text steht in Anführungszeichen.</translation>
    </message>
    <message>
      <source>{} could not be read and is still there.</source>
      <translation>{} konnte nicht gelesen werden und ist noch da.</translation>
    </message>
    <message>
      <source>{} describes no image.</source>
      <translation>{} beschreibt kein Bild.</translation>
    </message>
    <message>
      <source>{} describes several images; say which one is wanted.</source>
      <translation>{} beschreibt mehrere Bilder; sagen Sie, welches gemeint ist.</translation>
    </message>
    <message>
      <source>{} does not keep classes.</source>
      <translation>{} behält keine Klassen.</translation>
    </message>
    <message>
      <source>{} does not keep flows.</source>
      <translation>{} behält keine Flüsse.</translation>
    </message>
    <message>
      <source>{} does not keep holes, and all but the largest part of an object.</source>
      <translation>{} behält keine Löcher und von einem Objekt nur den größten Teil.</translation>
    </message>
    <message>
      <source>{} does not keep measurements.</source>
      <translation>{} behält keine Messwerte.</translation>
    </message>
    <message>
      <source>{} epochs instead of {}: as many as fit into {} minutes here.</source>
      <translation>{} Epochen statt {}: so viele, wie hier in {} Minuten passen.</translation>
    </message>
    <message>
      <source>{} epochs instead of {}: the fewest that are trained; they take about {} minutes here.</source>
      <translation>{} Epochen statt {}: weniger werden nicht trainiert; sie dauern hier etwa {} Minuten.</translation>
    </message>
    <message>
      <source>{} exists</source>
      <translation>{} gibt es schon</translation>
    </message>
    <message>
      <source>{} file</source>
      <translation>{}-Datei</translation>
    </message>
    <message>
      <source>{} gives values, not yes or no: compare with something, as in {}.</source>
      <translation>{} ergibt Werte, nicht ja oder nein: mit etwas vergleichen, wie in {}.</translation>
    </message>
    <message>
      <source>{} has a comma: decimals are written with a point, as in 2000.5.</source>
      <translation>{} hat ein Komma, wo keines stehen kann.</translation>
    </message>
    <message>
      <source>{} has no masks of {}; it has masks of {}.</source>
      <translation>{} hat keine Masken von {}, nur von {}.</translation>
    </message>
    <message>
      <source>{} has no pixels to look at (shape {}).</source>
      <translation>{} hat keine Pixel (Form {}).</translation>
    </message>
    <message>
      <source>{} has no place to save masks in.</source>
      <translation>{} hat keinen Ort, an dem Masken gespeichert werden könnten.</translation>
    </message>
    <message>
      <source>{} has no rows and columns (axes {}, shape {}).</source>
      <translation>{} hat keine Zeilen und Spalten (Achsen {}, Form {}).</translation>
    </message>
    <message>
      <source>{} has no scene {}; there are {}.</source>
      <translation>{} hat keine Szene {}; es gibt {}.</translation>
    </message>
    <message>
      <source>{} has no time axis (axes {}), so there is no time point {}. If one of its axes is time, say so with the axes, for example TYX.</source>
      <translation>{} hat keine Zeitachse (Achsen {}), also auch keinen Zeitpunkt {}. Ist eine der Achsen die Zeit, dann geben Sie die Achsen an, zum Beispiel TYX.</translation>
    </message>
    <message>
      <source>{} has no time point {}; there are {}, counted from 0.</source>
      <translation>{} hat keinen Zeitpunkt {}; es gibt {}, gezählt ab 0.</translation>
    </message>
    <message>
      <source>{} has not enough memory for training in memory mode {}; close other programs, lower the batch size, train adapters only, or train on another device</source>
      <translation>{} hat zu wenig Speicher für Training im Speichermodus {}; schließen Sie andere Programme, verkleinern Sie den Stapel, trainieren Sie nur Adapter oder trainieren Sie auf einem anderen Gerät</translation>
    </message>
    <message>
      <source>{} has other axes than {}.</source>
      <translation>{} hat andere Achsen als {}.</translation>
    </message>
    <message>
      <source>{} has several channels; a label image has one.</source>
      <translation>{} hat mehrere Kanäle; ein Label-Bild hat einen.</translation>
    </message>
    <message>
      <source>{} has the shape {}, and nothing says which axis is time, depth or channel: give the axes, one letter for each out of T, Z, C, Y, X (for example TZCYX).</source>
      <translation>{} hat die Form {}, und nichts sagt, welche Achse Zeit, Tiefe oder Kanal ist: Geben Sie die Achsen an, je ein Buchstabe aus T, Z, C, Y, X (zum Beispiel TZCYX).</translation>
    </message>
    <message>
      <source>{} has {} entries, and there are {} objects.</source>
      <translation>{} hat {} Einträge, und es gibt {} Objekte.</translation>
    </message>
    <message>
      <source>{} has {} time points (axes {}, shape {}) and one is needed: {}.</source>
      <translation>{} hat {} Zeitpunkte (Achsen {}, Form {}), und einer ist nötig: {}.</translation>
    </message>
    <message>
      <source>{} holds a description of more than a gigabyte and is not read.</source>
      <translation>{} enthält eine Beschreibung von mehr als einem Gigabyte und wird nicht gelesen.</translation>
    </message>
    <message>
      <source>{} holds channels of different kinds ({}); export it as OME-TIFF.</source>
      <translation>{} enthält Kanäle verschiedener Art ({}); exportieren Sie die Datei als OME-TIFF.</translation>
    </message>
    <message>
      <source>{} holds complex numbers; save its magnitude (or real part) as an image first.</source>
      <translation>{} enthält komplexe Zahlen; speichern Sie zuerst deren Betrag (oder Realteil) als Bild.</translation>
    </message>
    <message>
      <source>{} holds masks with {} axes (shape {}).</source>
      <translation>{} enthält Masken mit {} Achsen (Form {}).</translation>
    </message>
    <message>
      <source>{} holds masks, not an image; open the image itself and then these masks.</source>
      <translation>{} enthält Masken, kein Bild; öffnen Sie das Bild selbst und dann diese Masken.</translation>
    </message>
    <message>
      <source>{} holds masks, which would be lost. Choose another name.</source>
      <translation>{} enthält Masken, die dabei verloren gingen. Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
      <source>{} holds negative numbers of objects.</source>
      <translation>{} enthält negative Objektnummern.</translation>
    </message>
    <message>
      <source>{} holds no image: no data set of two axes or more.</source>
      <translation>{} enthält kein Bild: keinen Datensatz mit zwei Achsen oder mehr.</translation>
    </message>
    <message>
      <source>{} holds no image: nothing in it says so (no multiscales, no plate).</source>
      <translation>{} enthält kein Bild: Nichts darin sagt das (keine multiscales, keine Platte).</translation>
    </message>
    <message>
      <source>{} holds no masks in a form that is known.</source>
      <translation>{} enthält keine Masken in einer bekannten Form.</translation>
    </message>
    <message>
      <source>{} holds object numbers up to {}, which make no sense.</source>
      <translation>{} enthält Objektnummern bis {}, die keinen Sinn ergeben.</translation>
    </message>
    <message>
      <source>{} holds one plane, and these objects have {}: choose a format for stacks, such as TIFF.</source>
      <translation>{} enthält eine Ebene, und diese Objekte haben {}: Wählen Sie ein Format für Stapel wie TIFF.</translation>
    </message>
    <message>
      <source>{} holds pickled Python objects, not an image. Loading them could run code.</source>
      <translation>{} enthält verpackte Python-Objekte, kein Bild. Sie zu laden könnte Programme ausführen.</translation>
    </message>
    <message>
      <source>{} holds several volumes; save them apart.</source>
      <translation>{} enthält mehrere Volumen; speichern Sie sie einzeln.</translation>
    </message>
    <message>
      <source>{} holds the image itself, not its masks.</source>
      <translation>{} enthält das Bild selbst, nicht seine Masken.</translation>
    </message>
    <message>
      <source>{} holds the work on this image itself: Save writes it. Choose another name.</source>
      <translation>{} enthält die Arbeit an diesem Bild selbst, die mit Speichern geschrieben wird. Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
      <source>{} holds the work on {} itself. Choose another name.</source>
      <translation>{} enthält die Arbeit an {} selbst. Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
      <source>{} holds what an expression over columns cannot: {}.</source>
      <translation>{} enthält, was ein Ausdruck über Spalten nicht kann: {}.</translation>
    </message>
    <message>
      <source>{} holds {} pixels, and the open image has {}: it belongs to another image.</source>
      <translation>{} enthält {} Pixel, und das offene Bild hat {}: Die Datei gehört zu einem anderen Bild.</translation>
    </message>
    <message>
      <source>{} holds {} values, which are not numbers of pixels.</source>
      <translation>{} enthält Werte der Art {}, und das sind keine Zahlen von Pixeln.</translation>
    </message>
    <message>
      <source>{} image</source>
      <translation>{} Bild</translation>
    </message>
    <message>
      <source>{} images</source>
      <translation>{} Bilder</translation>
    </message>
    <message>
      <source>{} images could not be exported.</source>
      <translation>{} Bilder konnten nicht exportiert werden.</translation>
    </message>
    <message>
      <source>{} is a TIFF file without an image in it.</source>
      <translation>{} ist eine TIFF-Datei ohne Bild.</translation>
    </message>
    <message>
      <source>{} is a colour picture, not a label image; labels are whole numbers, one for each object (a 16-bit TIFF or PNG).</source>
      <translation>{} ist ein Farbbild, kein Label-Bild; Labels sind ganze Zahlen, eine je Objekt (ein TIFF oder PNG mit 16 Bit).</translation>
    </message>
    <message>
      <source>{} is a damaged JPEG file.</source>
      <translation>{} ist eine beschädigte JPEG-Datei.</translation>
    </message>
    <message>
      <source>{} is a damaged OME-Zarr ({}).</source>
      <translation>{} ist ein beschädigtes OME-Zarr ({}).</translation>
    </message>
    <message>
      <source>{} is a damaged OME-Zarr: it refers to nothing.</source>
      <translation>{} ist ein beschädigtes OME-Zarr: Es verweist auf nichts.</translation>
    </message>
    <message>
      <source>{} is a damaged OME-Zarr: it refers to {}.</source>
      <translation>{} ist ein beschädigtes OME-Zarr: Es verweist auf {}.</translation>
    </message>
    <message>
      <source>{} is a damaged OME-Zarr: the array {} is missing.</source>
      <translation>{} ist ein beschädigtes OME-Zarr: Das Array {} fehlt.</translation>
    </message>
    <message>
      <source>{} is a damaged array of labels ({}).</source>
      <translation>{} ist ein beschädigtes Array von Labels ({}).</translation>
    </message>
    <message>
      <source>{} is a damaged or incomplete PNG file ({}). {}</source>
      <translation>{} ist eine beschädigte oder unvollständige PNG-Datei ({}). {}</translation>
    </message>
    <message>
      <source>{} is a damaged or incomplete TIFF file ({}). {}</source>
      <translation>{} ist eine beschädigte oder unvollständige TIFF-Datei ({}). {}</translation>
    </message>
    <message>
      <source>{} is a damaged zip file ({}).</source>
      <translation>{} ist eine beschädigte Zip-Datei ({}).</translation>
    </message>
    <message>
      <source>{} is a folder, not a file.</source>
      <translation>{} ist ein Ordner, keine Datei.</translation>
    </message>
    <message>
      <source>{} is a plate without an image in it.</source>
      <translation>{} ist eine Platte ohne Bild.</translation>
    </message>
    <message>
      <source>{} is a project that holds more than would be written, which would be lost. Choose another name.</source>
      <translation>{} ist ein Projekt, das mehr enthält, als geschrieben würde und dabei verloren ginge. Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
      <source>{} is an image, which is never replaced. Choose another name.</source>
      <translation>{} ist ein Bild und wird nie ersetzt. Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
      <source>{} is an incomplete JPEG file: its end is missing.</source>
      <translation>{} ist eine unvollständige JPEG-Datei: Das Ende fehlt.</translation>
    </message>
    <message>
      <source>{} is another model of this program; choose another place.</source>
      <translation>{} ist ein anderes Modell dieses Programms; wählen Sie einen anderen Ort.</translation>
    </message>
    <message>
      <source>{} is available for training</source>
      <translation>{} steht zum Training bereit</translation>
    </message>
    <message>
      <source>{} is being trained or compared in another window or program. Wait until that ends, or end it there.</source>
      <translation>{} wird gerade in einem anderen Fenster oder Programm trainiert oder verglichen. Warten Sie das Ende ab, oder beenden Sie es dort.</translation>
    </message>
    <message>
      <source>{} is being trained or compared now. Wait until that ends, or end it first.</source>
      <translation>{} wird gerade trainiert oder verglichen. Warten Sie das Ende ab, oder beenden Sie es zuerst.</translation>
    </message>
    <message>
      <source>{} is being trained or compared on the computer {}. Wait until that ends, or end it there; if nothing runs there any more, delete {}.</source>
      <translation>{} wird gerade auf dem Computer {} trainiert oder verglichen. Warten Sie das Ende ab, oder beenden Sie es dort; läuft dort nichts mehr, löschen Sie {}.</translation>
    </message>
    <message>
      <source>{} is damaged ({}).</source>
      <translation>{} ist beschädigt ({}).</translation>
    </message>
    <message>
      <source>{} is damaged ({}).{}</source>
      <translation>{} ist beschädigt ({}).{}</translation>
    </message>
    <message>
      <source>{} is damaged: a plane has no data.</source>
      <translation>{} ist beschädigt: Eine Ebene hat keine Daten.</translation>
    </message>
    <message>
      <source>{} is empty (0 bytes); it may not have been copied completely. {}</source>
      <translation>{} ist leer (0 Byte); vielleicht wurde die Datei nicht vollständig kopiert. {}</translation>
    </message>
    <message>
      <source>{} is incomplete: its data end before the last plane does.</source>
      <translation>{} ist unvollständig: Die Daten enden vor dem Ende der letzten Ebene.</translation>
    </message>
    <message>
      <source>{} is incomplete: shorter than its header says.</source>
      <translation>{} ist unvollständig: kürzer, als der Kopf sagt.</translation>
    </message>
    <message>
      <source>{} is incomplete: {} parts of a plane are all there is.</source>
      <translation>{} ist unvollständig: Von einer Ebene gibt es nur {} Teile.</translation>
    </message>
    <message>
      <source>{} is left out of training</source>
      <translation>{} ist vom Training ausgenommen</translation>
    </message>
    <message>
      <source>{} is left out, because another layer of the same pixels is kept aside.</source>
      <translation>{} wird ausgelassen, weil eine andere Ebene derselben Pixel zurückgehalten wird.</translation>
    </message>
    <message>
      <source>{} is left out: {}</source>
      <translation>{} wird ausgelassen: {}</translation>
    </message>
    <message>
      <source>{} is marked to be kept aside, but the start model or one before it learnt from it, so it cannot judge and is left out.</source>
      <translation>{} soll zurückgehalten werden, aber das Ausgangsmodell oder eines davor hat daraus gelernt; es kann also nicht beurteilen und wird ausgelassen.</translation>
    </message>
    <message>
      <source>{} is neither a folder nor a zip file of Zarr.</source>
      <translation>{} ist weder ein Ordner noch eine Zip-Datei von Zarr.</translation>
    </message>
    <message>
      <source>{} is no comparison, and and, or, not need those, as in {}.</source>
      <translation>{} ist kein Vergleich, und and, or, not brauchen solche, wie in {}.</translation>
    </message>
    <message>
      <source>{} is no device; use cuda, cuda:1, mps, cpu or auto</source>
      <translation>{} ist kein Gerät; möglich sind cuda, cuda:1, mps, cpu und auto</translation>
    </message>
    <message>
      <source>{} is no folder; {} is a folder of files.</source>
      <translation>{} ist kein Ordner; {} ist ein Ordner mit Dateien.</translation>
    </message>
    <message>
      <source>{} is no longer there.</source>
      <translation>{} ist nicht mehr da.</translation>
    </message>
    <message>
      <source>{} is no precision; use {} or auto</source>
      <translation>{} ist keine Genauigkeit; möglich sind {} und auto</translation>
    </message>
    <message>
      <source>{} is no project of this program, or it is damaged ({}).</source>
      <translation>{} ist kein Projekt dieses Programms oder beschädigt ({}).</translation>
    </message>
    <message>
      <source>{} is not a label image: it has {} axes (shape {}).</source>
      <translation>{} ist kein Label-Bild: Es hat {} Achsen (Form {}).</translation>
    </message>
    <message>
      <source>{} is not a readable NPY file ({}).</source>
      <translation>{} ist keine lesbare NPY-Datei ({}).</translation>
    </message>
    <message>
      <source>{} is not a segmentation saved by Cellpose: it holds no masks.</source>
      <translation>{} ist keine Segmentierung, die Cellpose gespeichert hat: Masken fehlen darin.</translation>
    </message>
    <message>
      <source>{} is not done and ends when this image is left.</source>
      <translation>{}: Das ist noch nicht fertig und endet, wenn dieses Bild verlassen wird.</translation>
    </message>
    <message>
      <source>{} is not of a kind that can be read here ({}).</source>
      <translation>{} ist von keiner Art, die hier lesbar ist ({}).</translation>
    </message>
    <message>
      <source>{} is not of a kind that holds objects here ({}).</source>
      <translation>{} ist von keiner Art, die hier Objekte enthält ({}).</translation>
    </message>
    <message>
      <source>{} is not understood{}; an example is {}.</source>
      <translation>{} ist nicht zu verstehen{}; ein Beispiel ist {}.</translation>
    </message>
    <message>
      <source>{} is not {} file, whatever its name says, or it is damaged at its start.</source>
      <translation>{} ist trotz des Namens keine {}-Datei oder am Anfang beschädigt.</translation>
    </message>
    <message>
      <source>{} is of the version 3 of Zarr, which needs the library zarr 3 and Python 3.11.</source>
      <translation>{} ist von der Version 3 von Zarr, die die Bibliothek zarr 3 und Python 3.11 braucht.</translation>
    </message>
    <message>
      <source>{} is older than this work; Save (Ctrl+S) writes it again</source>
      <translation>{} ist älter als dieser Stand; Speichern (Strg+S) schreibt sie neu</translation>
    </message>
    <message>
      <source>{} is open in another window or program.</source>
      <translation>{} ist in einem anderen Fenster oder Programm geöffnet.</translation>
    </message>
    <message>
      <source>{} is out of memory; going on in memory mode {}</source>
      <translation>{} hat keinen Speicher mehr; weiter im Speichermodus {}</translation>
    </message>
    <message>
      <source>{} is packed in one piece of {} x {} pixels and cannot be read in parts: save it in tiles first, or as OME-Zarr.</source>
      <translation>{} ist in einem Stück von {} x {} Pixeln gepackt und nicht in Teilen lesbar: Speichern Sie die Datei zuerst in Kacheln oder als OME-Zarr.</translation>
    </message>
    <message>
      <source>{} is packed with {}, which is not read here.</source>
      <translation>{} ist mit {} gepackt, was hier nicht gelesen wird.</translation>
    </message>
    <message>
      <source>{} is read by no plug-in of bioio that is installed ({}). There is one for most kinds: pip install bioio-{}, or bioio-bioformats (needs Java).</source>
      <translation>{} liest keine installierte Erweiterung von bioio ({}). Für die meisten Arten gibt es eine: pip install bioio-{}, oder bioio-bioformats (braucht Java).</translation>
    </message>
    <message>
      <source>{} is read by the library {}, which is not installed. Install it with: pip install "cpsam-gui[{}]"</source>
      <translation>{} liest die Bibliothek {}, die nicht installiert ist. Installieren Sie sie mit: pip install "cpsam-gui[{}]"</translation>
    </message>
    <message>
      <source>{} is text, and a number is needed.</source>
      <translation>{} ist Text, und eine Zahl ist nötig.</translation>
    </message>
    <message>
      <source>{} is the model itself; choose another place.</source>
      <translation>{} ist das Modell selbst; wählen Sie einen anderen Ort.</translation>
    </message>
    <message>
      <source>{} is two numbers that rise, not {} and {}.</source>
      <translation>{} sind zwei steigende Zahlen, nicht {} und {}.</translation>
    </message>
    <message>
      <source>{} is written like a function, and there are only {}, each of one column; an example is {}.</source>
      <translation>{} ist wie eine Funktion geschrieben, und es gibt nur {}, jede von einer Spalte; ein Beispiel ist {}.</translation>
    </message>
    <message>
      <source>{} may belong to another image. {}</source>
      <translation>{} gehört vielleicht zu einem anderen Bild. {}</translation>
    </message>
    <message>
      <source>{} needs more memory than this computer has free.</source>
      <translation>{} braucht mehr Arbeitsspeicher, als dieser Rechner frei hat.</translation>
    </message>
    <message>
      <source>{} needs the library {}, which is not installed. Install it with: pip install "cpsam-gui[{}]"</source>
      <translation>{} braucht die Bibliothek {}, die nicht installiert ist. Sie wird installiert mit: pip install "cpsam-gui[{}]"</translation>
    </message>
    <message>
      <source>{} needs the whole image in memory, and this one is too large for that: crop a part of it to a file.</source>
      <translation>{}: Dafür muss das ganze Bild im Speicher liegen, und dieses ist zu groß. Schneiden Sie einen Teil davon in eine Datei aus.</translation>
    </message>
    <message>
      <source>{} now has a different size than when it was edited.</source>
      <translation>{} hat jetzt eine andere Größe als bei der Bearbeitung.</translation>
    </message>
    <message>
      <source>{} object became {}</source>
      <translation>{} Objekt wurde zu {}</translation>
    </message>
    <message>
      <source>{} object locked</source>
      <translation>{} Objekt gesperrt</translation>
    </message>
    <message>
      <source>{} object marked as certain</source>
      <translation>{} Objekt als sicher markiert</translation>
    </message>
    <message>
      <source>{} object marked as uncertain</source>
      <translation>{} Objekt als unsicher markiert</translation>
    </message>
    <message>
      <source>{} object selected</source>
      <translation>{} Objekt ausgewählt</translation>
    </message>
    <message>
      <source>{} object unlocked</source>
      <translation>{} Objekt entsperrt</translation>
    </message>
    <message>
      <source>{} objects are in several pieces now</source>
      <translation>{} Objekte bestehen jetzt aus mehreren Stücken</translation>
    </message>
    <message>
      <source>{} objects became {}</source>
      <translation>{} Objekte wurden zu {}</translation>
    </message>
    <message>
      <source>{} objects deleted or refused by hand stay away</source>
      <translation>{} von Hand gelöschte oder abgelehnte Objekte bleiben weg</translation>
    </message>
    <message>
      <source>{} objects deleted or refused by hand stay away (Replace all brings them back)</source>
      <translation>{} von Hand gelöschte oder abgelehnte Objekte bleiben weg („Alle ersetzen“ bringt sie zurück)</translation>
    </message>
    <message>
      <source>{} objects locked</source>
      <translation>{} Objekte gesperrt</translation>
    </message>
    <message>
      <source>{} objects marked as certain</source>
      <translation>{} Objekte als sicher markiert</translation>
    </message>
    <message>
      <source>{} objects marked as uncertain</source>
      <translation>{} Objekte als unsicher markiert</translation>
    </message>
    <message>
      <source>{} objects selected</source>
      <translation>{} Objekte ausgewählt</translation>
    </message>
    <message>
      <source>{} objects unlocked</source>
      <translation>{} Objekte entsperrt</translation>
    </message>
    <message>
      <source>{} of the {} {} are a model's own, neither accepted nor corrected, which favours that model: review them for a fair verdict.</source>
      <translation>{} der {} {} stammen unverändert von einem Modell, was dieses bevorzugt: Sehen Sie sie durch, damit das Urteil fair ist.</translation>
    </message>
    <message>
      <source>{} of {} found no room</source>
      <translation>{} von {} fanden keinen Platz</translation>
    </message>
    <message>
      <source>{} of {} image</source>
      <translation>{} von {} Bild</translation>
    </message>
    <message>
      <source>{} of {} images</source>
      <translation>{} von {} Bildern</translation>
    </message>
    <message>
      <source>{} of {} objects are doubtful</source>
      <translation>{} von {} Objekten sind zweifelhaft</translation>
    </message>
    <message>
      <source>{} of {} objects has a class</source>
      <translation>{} von {} Objekten hat eine Klasse</translation>
    </message>
    <message>
      <source>{} of {} objects have a class</source>
      <translation>{} von {} Objekten haben eine Klasse</translation>
    </message>
    <message>
      <source>{} of {} scenes</source>
      <translation>{} von {} Szenen</translation>
    </message>
    <message>
      <source>{} of {} steps</source>
      <translation>{} von {} Schritten</translation>
    </message>
    <message>
      <source>{} of {} time points</source>
      <translation>{} von {} Zeitpunkten</translation>
    </message>
    <message>
      <source>{} of {} time points done</source>
      <translation>{} von {} Zeitpunkten fertig</translation>
    </message>
    <message>
      <source>{} of {} time points of {} scenes</source>
      <translation>{} von {} Zeitpunkten aus {} Szenen</translation>
    </message>
    <message>
      <source>{} older steps discarded</source>
      <translation>{} ältere Schritte verworfen</translation>
    </message>
    <message>
      <source>{} pieces</source>
      <translation>{} Stücke</translation>
    </message>
    <message>
      <source>{} plane</source>
      <translation>{} Ebene</translation>
    </message>
    <message>
      <source>{} planes</source>
      <translation>{} Ebenen</translation>
    </message>
    <message>
      <source>{} px</source>
      <translation>{} px</translation>
    </message>
    <message>
      <source>{} px &lt; {}</source>
      <translation>{} px &lt; {}</translation>
    </message>
    <message>
      <source>{} ready</source>
      <translation>{} bereit</translation>
    </message>
    <message>
      <source>{} refers to planes that are missing (parts of it may be in other files).</source>
      <translation>{} verweist auf Ebenen, die fehlen (Teile sind vielleicht in anderen Dateien).</translation>
    </message>
    <message>
      <source>{} refers to planes that are missing.</source>
      <translation>{} verweist auf Ebenen, die fehlen.</translation>
    </message>
    <message>
      <source>{} shows one plane alone, the one with the most labelled pixels.</source>
      <translation>{} zeigt nur eine Ebene, die mit den meisten markierten Pixeln.</translation>
    </message>
    <message>
      <source>{} shows plane {} alone.</source>
      <translation>{} zeigt nur Ebene {}.</translation>
    </message>
    <message>
      <source>{} shows the image, and the image is not at hand.</source>
      <translation>{} zeigt das Bild, und das Bild ist nicht zur Hand.</translation>
    </message>
    <message>
      <source>{} states a size that is larger than can be held here.</source>
      <translation>{} nennt eine Größe, die hier nicht zu halten ist.</translation>
    </message>
    <message>
      <source>{} states more images than a plate can have.</source>
      <translation>{} nennt mehr Bilder, als eine Platte haben kann.</translation>
    </message>
    <message>
      <source>{} stay away</source>
      <translation>{} bleiben weg</translation>
    </message>
    <message>
      <source>{} time point</source>
      <translation>{} Zeitpunkt</translation>
    </message>
    <message>
      <source>{} time points</source>
      <translation>{} Zeitpunkte</translation>
    </message>
    <message>
      <source>{} unsaved</source>
      <translation>{} ungespeichert</translation>
    </message>
    <message>
      <source>{} value, {} separate part</source>
      <translation>{} Wert, {} getrenntes Teil</translation>
    </message>
    <message>
      <source>{} value, {} separate parts</source>
      <translation>{} Wert, {} getrennte Teile</translation>
    </message>
    <message>
      <source>{} values of agreement do not fit {} objects.</source>
      <translation>{} Werte der Übereinstimmung passen nicht zu {} Objekten.</translation>
    </message>
    <message>
      <source>{} values, {} separate part</source>
      <translation>{} Werte, {} getrenntes Teil</translation>
    </message>
    <message>
      <source>{} values, {} separate parts</source>
      <translation>{} Werte, {} getrennte Teile</translation>
    </message>
    <message>
      <source>{} verified</source>
      <translation>{} geprüft</translation>
    </message>
    <message>
      <source>{} was changed by another program after the project was saved.</source>
      <translation>{} wurde von einem anderen Programm geändert, nachdem das Projekt gespeichert wurde.</translation>
    </message>
    <message>
      <source>{} was changed by another program since it was opened here.</source>
      <translation>{} wurde von einem anderen Programm geändert, seit es hier geöffnet wurde.</translation>
    </message>
    <message>
      <source>{} was changed by another program.</source>
      <translation>{} wurde von einem anderen Programm geändert.</translation>
    </message>
    <message>
      <source>{} was left out, because the gradient was not finite</source>
      <translation>{} wurde ausgelassen, weil der Gradient nicht endlich war</translation>
    </message>
    <message>
      <source>{} was written</source>
      <translation>{} wurde geschrieben</translation>
    </message>
    <message>
      <source>{} were left out, because the gradient was not finite</source>
      <translation>{} wurden ausgelassen, weil der Gradient nicht endlich war</translation>
    </message>
    <message>
      <source>{} with masks</source>
      <translation>{} mit Masken</translation>
    </message>
    <message>
      <source>{} without fold {}</source>
      <translation>{} ohne Teil {}</translation>
    </message>
    <message>
      <source>{} x {} pixels</source>
      <translation>{} x {} Pixel</translation>
    </message>
    <message>
      <source>{} {} objects</source>
      <translation>{} {} Objekte</translation>
    </message>
    <message>
      <source>{}, between {} and {}</source>
      <translation>{}, zwischen {} und {}</translation>
    </message>
    <message>
      <source>{}, last loss {}</source>
      <translation>{}, letzter Verlust {}</translation>
    </message>
    <message>
      <source>{}, not saved: back when it is opened</source>
      <translation>{}, nicht gespeichert: kommt beim Öffnen zurück</translation>
    </message>
    <message>
      <source>{}, so a quarter of {} is left out of the training and the new model is judged on it. That says less than images of their own: correct more images to be sure.</source>
      <translation>{}; deshalb wird ein Viertel von {} beim Training ausgelassen und das neue Modell daran beurteilt. Das sagt weniger als eigene Bilder: Korrigieren Sie mehr Bilder, um sicher zu sein.</translation>
    </message>
    <message>
      <source>{}, so classes are not learnt. Where they are meant, set classes to yes.</source>
      <translation>{}, deshalb werden keine Klassen gelernt. Wo sie gemeint sind, Klassen auf Ja stellen.</translation>
    </message>
    <message>
      <source>{}, {} µm³</source>
      <translation>{}, {} µm³</translation>
    </message>
    <message>
      <source>{}. The best weights before that are kept</source>
      <translation>{}. Die besten Gewichte davor bleiben erhalten</translation>
    </message>
    <message>
      <source>{}: 1 object found and saved</source>
      <translation>{}: 1 Objekt gefunden und gespeichert</translation>
    </message>
    <message>
      <source>{}: 1 object found. It is not saved, and is there when the image is opened again.</source>
      <translation>{}: 1 Objekt gefunden. Es ist nicht gespeichert und ist wieder da, wenn das Bild wieder geöffnet wird.</translation>
    </message>
    <message>
      <source>{}: cancelled</source>
      <translation>{}: abgebrochen</translation>
    </message>
    <message>
      <source>{}: goes on in the background</source>
      <translation>{}: läuft im Hintergrund weiter</translation>
    </message>
    <message>
      <source>{}: left out, because fewer than {} objects are too few to learn from.</source>
      <translation>{}: ausgelassen, weil weniger als {} Objekte zum Lernen zu wenig sind.</translation>
    </message>
    <message>
      <source>{}: make each part an object?</source>
      <translation>{}: jedes zu einem Objekt machen?</translation>
    </message>
    <message>
      <source>{}: no objects; the model learns that everything there is background.</source>
      <translation>{}: keine Objekte; das Modell lernt, dass dort alles Hintergrund ist.</translation>
    </message>
    <message>
      <source>{}: nothing will show whether the new model is better. {}</source>
      <translation>{}: Nichts wird zeigen, ob das neue Modell besser ist. {}</translation>
    </message>
    <message>
      <source>{}: {:,} objects found and saved</source>
      <translation>{}: {:,} Objekte gefunden und gespeichert</translation>
    </message>
    <message>
      <source>{}: {:,} objects found. They are not saved, and are there when the image is opened again.</source>
      <translation>{}: {:,} Objekte gefunden. Sie sind nicht gespeichert und sind wieder da, wenn das Bild wieder geöffnet wird.</translation>
    </message>
    <message>
      <source>{}: {} can only be written.</source>
      <translation>{}: {} lässt sich nur schreiben.</translation>
    </message>
    <message>
      <source>{}: {} holds the masks themselves</source>
      <translation>{}: {} enthält die Masken selbst</translation>
    </message>
    <message>
      <source>{}the label image is empty (shape {}).</source>
      <translation>{}das Label-Bild ist leer (Form {}).</translation>
    </message>
    <message>
      <source>|: write or</source>
      <translation>|: or schreiben</translation>
    </message>
    <message>
      <source>~: write not</source>
      <translation>~: not schreiben</translation>
    </message>
  </context>
</TS>
