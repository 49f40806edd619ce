// Package thumb makes the square thumbnails that rows carry of their pictures.
//
// It owns which formats are pictures, how much of one it takes into memory, and the rules
// of size (Dataverse facts 5.18): cropped on the centre, 144 by 144 pixels, smaller when
// the picture is. It knows no column and no row; engine calls it.
package thumb
