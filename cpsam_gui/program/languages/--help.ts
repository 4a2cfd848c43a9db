<?xml version='1.0' encoding='utf-8'?>
<TS version="2.1" language="--help" sourcelanguage="en">
  <context>
    <name>cpsam-gui</name>
    <message>
      <source>   {:,.1f} µm²</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source> (older copy: the project was saved after it)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source> min</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source> px</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source> s after the last change</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source> voxels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>(now in plane {})</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>, about 1.2 GB to fetch</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>, complete in parts only</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>, {} MB</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>0   No class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>1 object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>1 object copied</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>1 object in the region</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>1 object that you touched will be replaced</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>1 place where the model sees a cell but there is no mask</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>1,000 steps along the flows, smoothing 2, objects of 1,000 voxels or more</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>2D, linked across planes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>2D, separate planes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>3D volume</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>8-bit optimiser</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>A JSON file as for cpsam measure --recipe</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>A decision is about all of them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>A little better, about three times slower</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>A model is being trained</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>A new window begins with</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>About cpsam-gui</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Accept</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Accept  (Enter)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Accept and next</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Accept, finish</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Accepted</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Action</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Add</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Agreement</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Agreement of {count} people</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>All</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>All changes saved</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>All files</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>All is well</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>All objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>All weights</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Along the horizontal axis</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Along the vertical axis</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Alt+click</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>An earlier state…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>An image file or a folder; flat images, z-stacks and movies, any number of channels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>An outline needs three corners</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Another language is used from the next start on.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Another model…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Apple graphics</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Area</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>As annotations, which QuPath lets you edit</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>As in the paper</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>As it is (30 px)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>As many epochs as fit, measured on this computer before the training</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Ask</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>At the border</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Auto</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Automatic</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Automatic takes the quickest that the device is good at</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Average precision {ap50} at IoU 0.5, {ap75} at 0.75, {ap90} at 0.9
Error rate {error}   F1 {f1}   (the other masks count as the truth)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Axes of the image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Axis {number}, length {length}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Back to the settings; the run goes on</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Before and after</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Begin an outline that follows the pointer</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Beside the image, in the background. A file that somebody else changed is never replaced.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Beside the images</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Blocks trained in mode last</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Borders where the intensity changes, not where the object is narrow</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Both models are kept</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Box</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Brightness is adjusted in blocks of this size, for uneven light</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Brightness of the whole stack</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Brightness percentiles that become 0 and 1 for the model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Brush</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Brush {:.0f} px</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>By class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>By intensity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>CPU</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cancel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cancel  (Ctrl+.)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cancel  (Esc)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cancel the folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cancel training</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cancel, clear the selection</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cell probability threshold {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cell threshold</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cells that changed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Change axes…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Change thresholds</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Channels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Check for updates</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Check for updates…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Choose a model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Choose a model and press Segment (Ctrl+Return). Thresholds change the masks at once, without a new run.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Choose file…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Choose the colour</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Choose the files of two people or more</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Class name</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Class that a click gives</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Class {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Classes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Classes and how many objects have them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Clear all</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Clear all masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Clear complete regions</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Clear the comparison</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Clear the list</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click a cell: give it the class   Click it again: take it away   0-9: choose the class   Drag: pan</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click a missed cell: its mask is proposed   Wheel or [ ]: wider, narrower   Enter or click: accept</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click a seed into each part of an object   Enter: split   Backspace: last seed back   Esc: cancel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click corners, drag one to move it   Enter or first corner: close   Backspace: last corner back</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click on the image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click the object whose outline you want to change</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click to find</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click, follow the border, return to the start or click again   T: write mode   Esc: cancel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click: fill the region of like intensity   [ ] or Alt+wheel: tolerance   T: write mode</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click: put the copy down here   Shift+click: keep pasting   Esc: cancel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Click: select   Ctrl+click: delete   Alt+click: merge with selected   Right click: draw outline   Double click: whole image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Close</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Close and interrupt the training? Its last checkpoint is kept: Train &gt; Continue an interrupted training resumes from there.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Close the table</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Code</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Colour of the channel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Colour of the class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Colour of {name}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Colours</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Colours by class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Comes with the program; small and quick</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Command palette…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Compare</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Compare masks…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Compare the present masks with</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Comparing</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Compression</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Continue</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Continue an interrupted training…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Continue the training</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copied</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy an object first (Ctrl+C)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy as Python</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy as command</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy details</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy the path</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy this run as a command for the terminal or as Python</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy to clipboard</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy to plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy to the next plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copy to the previous plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Copying the sample images</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Correct</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Correct with the brush</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Correct {name} next: {why}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Corrected</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Counting objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Crops in a step, over all processes together</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Crops in an epoch (default: one for each image, at least 8)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Ctrl+J</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Ctrl+Shift+N</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Ctrl+click</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>DOUBTFUL</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Dark</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Dark cells on bright ground</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Default</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Defaults</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete above</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete an object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete and next</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete below</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete in plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete in the planes after this one</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete in the planes before this one</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete in this plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete the model {name}? This cannot be undone.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete {} objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Delete…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Device</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Diameter</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Diameter from the masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Diameter of a cell</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Diameter {} px</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Direction</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Discard</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Discard the new model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Distance of planes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Distance of planes in pixels (their distance over the size of a pixel)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Distance of planes over the size of a pixel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Distance of planes…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Distribution</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Distribution of a column, or two against each other</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Do not open it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Do not save</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Doctor</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Doctor…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Doubt</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>DoubtSettings</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag a box around the cells to find</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag a box around the region in which every object is drawn</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag a box around the region to segment</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag a box of at least {} x {} pixels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag a box of at least {} x {} pixels inside the image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag a box over objects: select them   Shift: add   Ctrl: take away   Click: one object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag a box where every object is drawn: training learns from there alone   Click a box: take it away</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag a box: the model runs on that region alone and replaces its own objects there   Esc: cancel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag a box: the model segments just that region   Enter or click inside: accept   Esc: cancel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag a corner   Drag an edge: new corner   Alt+click or Backspace: remove corner   Enter: apply   Esc: cancel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag across objects to make them one   (or select several and press Ctrl+G)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag from one object to another to merge them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag on or beside the selected object: add to it; elsewhere: a new one   Shift: add to it from anywhere   [ ] or Alt+wheel: size   T: write mode   hold E: erase</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag over a range to select its objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag over points to select them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag the disk onto a cell, drag its rim or turn the wheel to match it   Enter or Esc: done</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drag: erase, from the selected objects only where there are any   [ ] or Alt+wheel: size</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Draw</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Draw a line across an object to cut it in two   Shift+K: split by seeds</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Draw a line from one side of the object to the other</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Draw it on the image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Draw the object in two planes with empty ones between them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drawing</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drawing takes pixels from other objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drawing writes background only; other objects keep their pixels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drawn as</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drawn by hand</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drop an image here</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drop bodies that are smaller than a tenth of a cell</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drop it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Duplicate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Each of up to ten images judges a model that did not see it; takes twice as long</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Each part an object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Each part is an object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Each selected object is in one piece</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Eccentricity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Edit</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Edit outline</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Edit whole bodies, not this plane alone</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Edits change what objects have in the plane shown</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Edits go through the planes: the brush is a ball, cuts and growth change whole bodies</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Elsewhere: precision before and after</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Epoch {epoch} of {epochs}, {time} left</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Epochs</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Epochs of rising rate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Epochs without a better result after which training ends; 0 never does</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Erase</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Eraser</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Error rate between two of them {error}, of a consensus about {consensus}
F1 {f1}   average precision {ap}, at IoU {threshold}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Estimate the diameter</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Every image of the folder has masks already</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Every missed cell was looked at</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Every object is right and none is missing</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Every object was looked at</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Everything works; some things could be better</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Everything, textures and colocalisation too (slow)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Existing masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Export</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Export for Cellpose</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Export for Cellpose…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Export masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Export masks…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Export model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Export the log</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Export the log…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Export the table</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Export the table…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Exporting</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Exporting the folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Export…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Expression: sums, rings and background of each channel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>False find that is gone</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Fastest</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Fastest available</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Fewest objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Field</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>File</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Files</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Files with the masks of this image, one of each person</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Fill</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Fill and outline</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Fill by intensity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Fill cavities</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Fill holes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Fill opacity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Fill region</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Filter by name</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Filter, such as {example}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Find cell</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Find cell here</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Find it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Find the cell here</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>First channel only</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Fit image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Flow error</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Flow threshold</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Flows and cell probability can be shown after a run</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Folder of the results</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Folder: {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Folders</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Follow through planes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Follow through the planes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>For a paper: what was done on this image. Read it before you use it.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Formats</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Found now, missed before</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>From Cellpose</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Gamma: over 1 shows dark parts brighter</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Getting started</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Give a class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Give the selected objects this class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Go around objects with the button held: select them   Shift: add   Ctrl: take away   Click: one</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Graphics card (CUDA)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Green: better than before. Red: worse. A click shows the place in the window.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Grow</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Grow body</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Help</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Hide masks for a moment (hold Space)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Hide the masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>History</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Hold Space to look under the masks for a moment.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Hold the button and go around the object; release to close   T: write mode</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>How</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>How large the cells are, for the image is resized to suit the model. Automatic is what the model wants: cpsam-lite measures the cells first, the published models take the image as it is</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>How often each image is seen</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>How the rate falls</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Id</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Ids on the image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>ImageDoubt</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Images</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Images with fewer objects are left out, where others remain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Images with saved masks appear here; corrected ones are ticked.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Import</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Import OME-Zarr labels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Import OME-Zarr labels…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Import masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Import masks…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Import model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Import {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Import…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>In both</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>In pieces</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>In the background, with the model in use, two images at most and into memory only. Holds on while a model trains and on battery.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>In tiles, for very large images</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Input {number}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Interpolate planes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>It belongs to {}. Whoever saves last would replace the work of the other.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>It is of {}, and the project was saved after that. Opening it puts it in place of the newer work on the canvas, as a step that can be undone.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Judge the first cell</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Judge the new model on this image instead of learning from it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Keep</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Keep averaged weights, for example 0.999</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Keep both</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Keep both, use the old one</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Keep hand-made</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Keep others: drawing writes background only</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Keep them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Keep what is shown</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Keep what the network saw in the project</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Keeping work</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Kept aside: precision before and after</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Kept, though {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Language</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Larger brush, more tolerance</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Lasso</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Last blocks only</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Later</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Layer drop</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Learn from this image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Learn the classes of the objects too</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Learning rate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Least memory</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Leave out cells at the border</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Leave out of training</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Leave them as they are</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Left drag</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Less memory</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Let the model measure the cells now</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Libraries</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Light</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Light theme</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Limit the norm of the gradient; 0 does not</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Line</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Lock</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Lock or unlock</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Locked</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Locked objects stay as they are; unlock them first (L)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Long axis</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Look only</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Looking ahead: {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Looking at the images</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Looking at this computer…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Looking for devices</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Looking for pieces</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Looking for rejected candidates</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Low-rank adapters</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Lower for larger and more masks, raise for smaller and fewer</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Make the model better</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark as complete</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark as corrected</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark as not started</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark as segmented</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark as verified</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark certain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark complete regions</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark missed cells on the image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark them on the image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark this plane as complete</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark uncertain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark uncertain and next</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mark uncertain or certain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Marked as uncertain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Marks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mask display</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Masks in a file…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Masks of several people</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Masks to compare with</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measure all images of the folder: a table of objects and one of images</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measure each image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measure the average precision on the images kept aside every so many epochs (it takes as long as segmenting them)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measure the folder…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measure the objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measure with a disk</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measure with a disk on the image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measurement recipe</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measures and formulas</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measuring</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measuring the cells</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measuring the folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measuring the objects first</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measuring the objects…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Memory</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Memory for undo; the oldest steps go first. From the next image on.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Merge</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Merge by dragging</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Merge selected</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Merge with the selected object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Merged in the present masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Method</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Methods text</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Methods text…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Missed cell {number} of {count}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Missed cells</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Missed cells are known after a run</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Missed cells are known after a run: segment first</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Missed now, found before</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Model input channels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Models</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Models (*.safetensors *.pth *.pt *.npy);;All files (*)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Models (*.safetensors *.pth *.pt);;All files (*)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Models of your own</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Models that were fetched</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Models…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>More</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>More settings</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Morphology: circularity, Feret's diameters, convex area</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mouse</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Move the view down</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Move the view left</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Move the view right</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Move the view up</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Move the view, or draw with the tool in hand</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Move these files to the trash? The images stay.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>NAME{}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Name a class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Name of the image file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Names and colours of the classes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Narrower</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Neighbours</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Neighbours differ</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>New false find</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>New name</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Next</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Next image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Next missed cell</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Next object in doubt</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Next plane, or next view of a flat image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Next shows the most doubtful object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Next view</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Next write mode</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>No</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>No cell</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>No class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>No gradients kept</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>No missed cells</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>No region is marked as complete</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>No room to grow</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>No segmented image waits for correction: segment the folder first</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>No training was interrupted</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>None</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Not everything in {} could be taken over.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Not opened</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Not verified</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Not while the image is open</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Nothing is selected. Click an object.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Nothing speaks against it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Nothing to change</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Nothing to review yet: segment the image first</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Number</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Number of objects in its masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Object {number}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Object {number} at y {y}, x {x}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Object {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Object {} is in {} pieces now</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Objects that touch the image's border go</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Of all randomness: the same seed gives the same model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Of the arithmetic; weights stay float32</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Once the projects of a folder take so much, folder runs keep masks only.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>One image after the other</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Only in the other masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Only in the present masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Only objects for which this is true are shown; names of columns, numbers, and, or, not</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Opacity of the fill</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open a folder of sample images</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open an image of the folder first</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open an image of the folder that the model should learn from first.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open an image to see its channels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open an image to see its folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open an image, or drop one on the window</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open folder…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open image…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open it all the same</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open it anyway</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open recent</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open the crash report folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open the demo image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open the folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open the image first, then its masks.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open the older copy</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Open {} though it is hard to believe?</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Opened</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Opening {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Origin</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Orthogonal views</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Outline</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Outline by hovering</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Overlap</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Overlap from which outlines of neighbouring planes are one object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Overview while zoomed in</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Overwrite</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Overwrite: drawing takes pixels from other objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Paged optimiser</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Panels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Paste</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Paste at the same place</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Paste {} objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Pause</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Pause or continue training</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Pause the folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Pause the training</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Percentiles</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Perimeter</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Picture</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Pieces</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Plane  (Page Up, Page Down)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Plane distance</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Plane {} is complete: training learns from the planes that are marked, and from no others</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Plane {} is not marked as complete any more</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Polygon</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Precision</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Precision by class: {classes}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Preferences</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Preferences…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Previous</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Previous image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Previous missed cell</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Previous object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Previous plane, or previous view</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Previous view</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Probability</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Probability of a cell</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Probability to leave out a block in a step</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Problems found: {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Program default</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Published by the authors of Cellpose; large, best on a graphics card</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Pull of the weights towards zero</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Put a seed into each part of the body</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Put a seed into each part of the object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>QFrame#callout { background: {}; border: 2px solid {}; border-radius: 8px; }</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Quit</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Raise to keep more masks of odd shape, lower to keep only the surest (0 = all)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Read it again</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Reading masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Reading the journal</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Reading {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Recipe from a file…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Recipes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Recover</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Recover unsaved work</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Recover unsaved work…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Recovered work</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Redo</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Redone: {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Redraw</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Region</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Rejected: {}
A click with the arrow keeps it.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Remove</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Remove results</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Remove the results…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Rename {name}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Rename…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Replace</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Replace all</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Replace files that exist</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Replace it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Replace them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Replace, keep hand-made</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Replace: what is drawn takes the place of the object that it touches</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Replay</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Reports are in {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Reports of crashes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Resizing</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Restore defaults</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Resume</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Resume where it stopped?</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Retrain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Retrain on corrected images</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Retrain on what you corrected (Ctrl+T), and compare old and new. Ctrl+Shift+P finds every action; Help has the rest.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Retraining</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Review</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Review the objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Review, measure, compare</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Right click</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Right click on the image begins an outline that follows the pointer. Ctrl+click deletes. The tools here draw, split and merge; each has a key.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Roll back to its parent</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Run on a box that you drag on the image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Run on all images of the folder, in the background</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Sample images</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Save</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Save automatically</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Save the methods text</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Save them before going on?</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Saved</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Saved masks ({})</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Saved {path}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Saved {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Save…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Saving</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Saving would replace what is in it.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Scale brightness by the whole stack, not by each plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Scene: an image of this file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Search by name or key</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Second channel only</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Seed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Seeds</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Seeds belong into one object: Enter splits it, Esc gives up</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Seeds divide by intensity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment a box</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment a region</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment box</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment first (Ctrl+Return): a cell is found in the flows of a run</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment first (Ctrl+Return): objects are followed by the flows of a run</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment microscopy images with Cellpose-SAM and correct the masks by hand.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment region</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment the folder…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment the next images while one is corrected</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment with {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segmenting</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segmenting the box</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segmenting with {name} from now on</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segmenting {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Segment…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Select all</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Select all rows that are shown, to class, lock or delete them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Select an object first</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Select and pan</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Select by a box</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Select by a lasso</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Select the objects that are listed, to give all a class, lock or delete them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Select two objects or more to merge them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Selected objects only</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Separate pieces</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Separating the parts</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Set</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Set the brightness range from the plane shown</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Several people…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Share of crops from what the program's own model was taught with, against forgetting (default: 0.2 for models that come from it)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Sharpen</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Sharpen first, with this radius</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shift+C</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shift+Del</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shift+E</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shift+K</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shift+N</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shift+P</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shift+Q</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shift+U</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shift+V</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Short axis</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shortcuts</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shortcuts…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Show fill</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Show in folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Show lengths in micrometres, where the size of a pixel is known</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Show masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Show only images in this state of work</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Show outlines</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Show the comparison</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shown again: decide now</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shrink</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shrink body</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Signs on objects: touched, locked, accepted, uncertain, class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Size</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Size of the adapters</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Size of the steps</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Skip</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Skip all masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Skip corrected masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Smaller brush, less tolerance</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Smaller objects are dropped</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Smallest and largest factor by which images are resized at random</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Smallest body from diameter</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Smallest object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Smooth</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Smooth body</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Smooth first, with this radius; helps with noise</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Smoothing</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Solidity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Some images of the folder are not segmented yet. Stop? Finished images are saved.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Something differs from the defaults: go back to them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Something else is at work: try again when it has ended</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Something went wrong inside the program ({kind}: {error}).</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Space for flows</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Space, held</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Spatial: distances to neighbours and regions, outlines</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Split</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Split body</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Split body by seeds</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Split by a line</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Split by seeds</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Split in the present masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Stack</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Standard deviation of a Gaussian over the flows in 3D</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Standard: size, shape, place, brightness, neighbours</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Start</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Start from</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Start without masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Steps</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Steps along the flows; more for long cells (2000 for bacteria)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Steps from plane to plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Stop and keep the best</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Stop early</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Stop the training and keep the best model so far</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Stop training, keep the best</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Stopping after this step…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Suggest the next image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Surface</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>System default</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Table</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Table of measurements</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Tables of the folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Take the median size of the masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Take up the tool for as long</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Test-time augmentation</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Text</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>That is outside the image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The cells measure about {:.0f} px</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The command is on the clipboard</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The file does not say how far its planes lie apart: Segment &gt; Distance of planes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The file does not say it. The answer holds for images of this shape in the same folder.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The flows are those of another image; segment first</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The flows go on with it in no plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The folder is not finished</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The folder {folder} cannot be made: {why}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The folder {folder} has no images that can be read here ({kinds}).</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The image and its cells</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The images of the folder, and how far the work on each is. D goes to the next. Work is saved automatically.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The journal of unsaved work</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The journal {} holds nothing that can be used.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The key of a tool, held</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The line crosses no object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The line must cross the body from one side to the other</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The line must cross the object from one side to the other</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The lines of Python are on the clipboard</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The masks are hidden; show them to draw (X)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The masks are saved first and come back with the image that is there now.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The masks do not number the objects. A model would learn that all of them are one object.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The masks in {} may belong to another image.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The masks of {} have changes.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The model found no further cell in the box</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The model in use</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The model needs at least one channel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The model saw no cells to measure; the diameter stays as it is</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The model sees a cell here, but there is no mask</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The model that finds the cells; your own models appear here as soon as they are there</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The model that training starts from</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The new model was removed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The object has changed meanwhile</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The object has nothing in this plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The object is not in this plane any more</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The objects end in this plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The objects have nothing in this plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The outline is smooth already</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The program ended before it was saved, on {}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The program ended before this work was saved. What is not recovered now stays here, and in the menu File under Recover unsaved work.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The proposal was for another plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The region is too large to fill; lower the tolerance ([)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The run saw no cell here; draw it by hand</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The saved masks were left out. {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The selected objects have nothing in this plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The training of {name} was interrupted.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The whole folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The whole image is verified</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The work until {when} is recovered. After that the journal is damaged: at least {steps} step(s) ({bytes:,} bytes) are lost.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Their order hardly matters: models are trained with channels shuffled.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Theme</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There are no holes to fill</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There are no masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There are no masks yet to take the size from</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There are no objects to measure</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There are no results of this program</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There are no rows to write</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There are weights of {}, not of {}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There is an object already; click on a cell that was missed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There is an older copy of the work on {}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There is no free background between the planes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There is no free background in that plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There is no free background inside the outline</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There is no free background there</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There is no plane beyond this one</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There is no room for the new outline</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There is no unsaved work to recover</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There is not enough memory for this. Close other programs or use a smaller image.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>There is unsaved work on {}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>These files could not be moved to the trash: {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>They were drawn, corrected, locked, classed or accepted by hand. The History panel brings them back.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Third channel only</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This demonstration image is segmented as you look. Drag to move, turn the wheel to zoom.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This image has no file name. Choose where its masks go with Export masks.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This image is being segmented ahead; its masks appear by themselves</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This image was opened to look only. Export masks writes them elsewhere.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This is as narrow as it goes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This is the first image of the folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This is the last image of the folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This is the last one</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This is version {}. May the program ask pypi.org for the newest one? The request carries nothing about you or your images.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This model is unsure here: try cpsam_v2, or correct a few and retrain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This model was removed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This was the first object of the review</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Thorough verdict</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Threads that make the crops</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Thresholds can then be changed after reopening; takes about 4 bytes a pixel.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Ticked images are segmented; a tick changes all that are selected (Space)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Time limit</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Time point to open</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Time point; each has masks of its own</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Tolerance</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Tolerance {} %</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Too short for an outline</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Tools</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Tools and keys</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Touched by me</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Tour</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Train</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Training</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Training images</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Training: paused</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Training: starting</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Training: stopping after this step…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Training: {where}, paused</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Training: {where}, {left}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Try the demo image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Turn brightness round</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Typical diameter of the cells in pixels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Uncertain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Undo</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Undone: {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Uneven light</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Unlock</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Unmark all as complete</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Unmark as complete</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Unsaved changes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Use for training again</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Use it on the next image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Use the new model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Use them</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Use this model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Validation</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Verified</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Version</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Version {} is the newest.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Version {} is there. Close the program and run the line that fits:</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>View</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Volume</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Voxels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Wait until the running job has ended, or cancel it (Ctrl+.)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Weight decay</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Weights of doubt are from 0 to 1.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What a run does with objects that you drew, corrected, locked, classed or accepted</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What an object of a stack is: a body in space, or an outline in a plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What are the axes of {name}?</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What do you want to do?</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What happens to images that have masks already. Masks without a project of this program count as corrected, for nobody knows how they came about</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What is drawn takes the place of the object that it touches</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What is measured</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What is only there counts as lost, what is only here as gained.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What suits the model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Wheel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Where files are kept</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Where the model computes; automatic takes the best there is</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Where there are any</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Which columns are shown</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Which objects are listed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Which weights are trained: full trains every weight; last the read-out and the last blocks; adapters small additions to every block, merged into plain weights in the end. Fewer weights need less memory and time, and change the model less</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Whole body</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Wider</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Window</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>With a scale bar</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>With class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>With the number of each object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Without class</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Write the rows and columns that are shown to a file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Yes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Your own model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Your work is still here, and in the journal of unsaved work.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Zoom</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Zoom in</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Zoom out</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>about {:.0f} min left</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>about {:.0f} s left</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>after {step}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>an epoch has at least one sample, not {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>area &gt; 200 and solidity &lt; 0.9</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>as it is</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>as long as it takes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>at y {y}, x {x}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>auto takes the fastest that fits into what is free, and the next one when memory runs out. plenty: nothing is saved; stepwise: gradients never exist all at once; checkpointing: the network computes twice, a third more time; lean: both; paged: also, the optimiser's state lies in main memory; 8bit: also, it is rounded (needs bitsandbytes and CUDA)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>average precision</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>background: {}; border: none; border-radius: 4px;</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>better</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>border: 2px solid {}; border-radius: 6px; background: transparent;</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>by hand</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>changes abruptly from plane to plane</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>class {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>colour</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>columns (x)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>corrected</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>cpsam-lite is unsure here: try cpsam_v2, or correct a few and retrain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>cut by the border</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>diameter {:.1f} px</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>diameter {:.2f} µm</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>differs in the other masks (IoU {})</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>doubt {score}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>epoch {epoch} of {epochs}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>flow error</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>flow error {:.2f}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>flow error {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>from the file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>gamma </source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>in {} pieces</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>is fetched first</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>locked</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>longer than the others</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>loss</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>low probability ({})</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>made from the folder's name</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>median area {:,.0f} px</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>median doubt {value}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>median flow error {value}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>median size {size}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>median volume {:,.0f} voxels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>memory mode {} never holds all gradients, so their norm cannot be clipped; use memory mode checkpointing, or set clip to 0</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>min_objects is at least 0, and replay a share of at least 0 and below 1</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>more dented than the others</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>much larger than the others</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>much smaller than the others</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>no actions were installed on this window</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>none</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>not different</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>not in the other masks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>not measured: {names}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>not started</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>not stated</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>nothing found</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>object</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>object {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>paused</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>pixels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>plane {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>planes (z)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>planes {} to {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>probability</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>probability {:.2f}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>px</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>rank and score_every are at least 1</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>read and written</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>red, green, blue</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>rejected: {}; click to keep it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>rows (y)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>seed, warmup, clip, weight_decay, patience and blocks are at least 0</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>segmented ahead</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>segmented, nobody corrected it yet</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>solidity {:.2f}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>there is no memory mode {}; use one of {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>there is no mode {}; use one of {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>this image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>time point</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>time points</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>time {number} / {count}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>touched by hand</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>training</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>training needs at least one epoch, sample and thread, a batch of one, a rate above 0 and averaging below 1</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>uncertain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>untitled</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>validation</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>worse</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>written</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>yes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{:,} images</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{:,} objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{:,} objects copied</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{:,} objects found</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{:,} objects in the region</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{:,} objects that you touched will be replaced</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{:,} objects, segmented ahead with {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{:,} px</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{:,} voxels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{count} objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{count} objects selected</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{count} of {all} objects</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{count} places where the model sees a cell but there is no mask</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{done} of {all} looked at</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{images} images with {objects} objects for training, {aside} for validation</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{images} images with {objects} objects measured: {name}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{image} is no longer in its folder; the folder may have been moved, or a drive was taken away. Your work is still here. Export masks saves it somewhere else.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{keys} is shared by: {actions}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{keys} is the shortcut of: {actions}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{low} to {high}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{name} as the truth</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{name} in expressions</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{name} is better</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{name} is not different, as far as can be told</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{name} is trained</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{name} is worse</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{name}: error rate {error}, F1 {f1}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{n} h</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{n} min</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{n} s</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{part} % covered</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{some} of {all} points are drawn; dragging selects all</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{time} left</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{written} written, {skipped} left alone, {failed} failed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} can be learnt from</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} cell proposed   Enter: accept   Esc: cancel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} cells proposed   Enter: accept   Esc: cancel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} could not be read and is still there.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} has another size now than when it was edited.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} images could not be exported.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} is open in another window or program.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} is two numbers that rise, not {} and {}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} object became {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} object locked</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} object marked as certain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} object marked as uncertain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} object selected</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} object unlocked</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} objects are in several pieces now</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} objects became {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} objects locked</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} objects marked as certain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} objects marked as uncertain</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} objects selected</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} objects unlocked</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} of {} found no room</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} of {} objects are doubtful</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} older steps discarded</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} pieces</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} values of agreement do not fit {} objects.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} was changed by another program since it was opened here.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} was changed by another program.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} will not be learnt from</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{}, {} µm³</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{}: cancelled</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{}: make each an object?</source>
      <translation type="unfinished" />
    </message>
  </context>
</TS>
